package dev.sluicegate.local.dynamodb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.local.aws.Authorization;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What IAM is asked about a DynamoDB request, by the table of actions, resources and condition keys of
 * the service authorization reference. What cannot be determined is left out of the context, so that a
 * condition with a {@code Null: false} twin denies it.
 *
 * @see <a href="https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html">Actions,
 *     resources, and condition keys for Amazon DynamoDB</a>
 */
final class Questions {
    static final String LEADING_KEYS = "dynamodb:LeadingKeys";
    static final String ATTRIBUTES = "dynamodb:Attributes";
    static final String SELECT = "dynamodb:Select";
    static final String RETURN_VALUES = "dynamodb:ReturnValues";
    static final String ENCLOSING_OPERATION = "dynamodb:EnclosingOperation";

    private static final String SORT_KEY = "sk";

    private static final Pattern EQUALS = Pattern.compile("([#\\w.-]+)\\s*=\\s*(:\\w+)");
    private static final Pattern WORD =
            Pattern.compile("(?<![\\w:#.\\]])#?[A-Za-z_][A-Za-z0-9_-]*(?!\\w*\\s*\\()");
    private static final Set<String> KEYWORDS =
            Set.of("AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE");
    private static final Pattern PARTIQL =
            Pattern.compile(
                    "(?is)^\\s*(?:(SELECT)\\b.*?\\bFROM|(INSERT)\\s+INTO|(UPDATE)|(DELETE)\\s+FROM|(EXISTS)\\b.*?\\bFROM)"
                            + "\\s+\"?([A-Za-z0-9_.-]{3,255})\"?(?:\\.\"?([A-Za-z0-9_.-]{3,255})\"?)?.*");

    private final String arnPrefix;
    private final KeySchemas schemas;

    /** Which attribute partitions a table or index. */
    interface KeySchemas {
        /** Name of the attribute, or null when there is no such table or index. */
        @Nullable String partitionKey(String table, @Nullable String index);
    }

    /**
     * @param arnPrefix up to and with the account: {@code arn:aws:dynamodb:<region>:<account>:}
     */
    Questions(String arnPrefix, KeySchemas schemas) {
        this.arnPrefix = arnPrefix;
        this.schemas = schemas;
    }

    List<Authorization> of(String operation, ObjectNode request) {
        return switch (operation) {
            case "GetItem", "PutItem", "UpdateItem", "DeleteItem" ->
                    List.of(item(operation, request, null));
            case "Query", "Scan" -> List.of(read(operation, request));
            case "BatchGetItem", "BatchWriteItem" -> batch(operation, request);
            case "TransactGetItems", "TransactWriteItems" -> transaction(operation, request);
            case "ExecuteStatement" -> List.of(statement(request, null));
            case "BatchExecuteStatement" -> statements(request.path("Statements"), null);
            case "ExecuteTransaction" -> statements(request.path("TransactStatements"), operation);
            case "ListTables", "DescribeLimits", "ListStreams" ->
                    List.of(new Authorization("dynamodb:" + operation, "*", Map.of()));
            case "DescribeStream", "GetShardIterator", "GetRecords" ->
                    List.of(
                            new Authorization(
                                    "dynamodb:" + operation,
                                    request.path("StreamArn").asText("*"),
                                    Map.of()));
            case "TagResource", "UntagResource", "ListTagsOfResource" ->
                    List.of(
                            new Authorization(
                                    "dynamodb:" + operation,
                                    request.path("ResourceArn").asText("*"),
                                    Map.of()));
            default ->
                    List.of(new Authorization("dynamodb:" + operation, table(request), Map.of()));
        };
    }

    /** Which tables and sort keys a request touches. */
    DynamoDbCall call(String operation, ObjectNode request) {
        var tables = new TreeSet<String>();
        var sortKeys = new TreeSet<String>();
        if (request.hasNonNull("TableName")) {
            tables.add(tableName(request));
        }
        collectKeys(request, sortKeys);
        request.path("RequestItems")
                .properties()
                .forEach(entry -> {
                    tables.add(name(entry.getKey()));
                    entry.getValue().path("Keys").forEach(key -> sortKey(key, sortKeys));
                    entry.getValue()
                            .forEach(write -> write.forEach(part -> collectKeys(part, sortKeys)));
                });
        for (var item : request.path("TransactItems")) {
            for (var part : item) {
                tables.add(tableName(part));
                collectKeys(part, sortKeys);
            }
        }
        return new DynamoDbCall(operation, tables, sortKeys);
    }

    private static void collectKeys(JsonNode part, Set<String> sortKeys) {
        sortKey(part.path("Key"), sortKeys);
        sortKey(part.path("Item"), sortKeys);
    }

    private static void sortKey(JsonNode attributes, Set<String> sortKeys) {
        var value = attributes.path(SORT_KEY).path("S");
        if (value.isTextual()) {
            sortKeys.add(value.asText());
        }
    }

    private Authorization item(String action, JsonNode part, @Nullable String enclosing) {
        var context = new HashMap<String, List<String>>();
        var leading = new LinkedHashSet<String>();
        var keyed = part.path(part.has("Item") ? "Item" : "Key");
        leading(tableName(part), keyed, leading);
        put(context, LEADING_KEYS, leading);
        put(context, ATTRIBUTES, attributes(action, part));
        if (action.equals("GetItem")) {
            context.put(SELECT, List.of(select(part)));
        } else if (part.hasNonNull("ReturnValues")) {
            context.put(RETURN_VALUES, List.of(part.path("ReturnValues").asText()));
        }
        if (enclosing != null) {
            context.put(ENCLOSING_OPERATION, List.of(enclosing));
        }
        return new Authorization("dynamodb:" + action, table(part), context);
    }

    private Authorization read(String action, ObjectNode request) {
        var table = tableName(request);
        var index = request.hasNonNull("IndexName") ? request.path("IndexName").asText() : null;
        var context = new HashMap<String, List<String>>();
        if (action.equals("Query")) {
            put(context, LEADING_KEYS, queried(schemas.partitionKey(table, index), request));
        }
        if (listsAttributes(request)) {
            put(context, ATTRIBUTES, attributes(action, request));
        }
        context.put(SELECT, List.of(select(request)));
        var resource = table(request);
        return new Authorization(
                "dynamodb:" + action,
                index == null ? resource : resource + "/index/" + index,
                context);
    }

    private List<Authorization> batch(String action, ObjectNode request) {
        var all = new ArrayList<Authorization>();
        request.path("RequestItems")
                .properties()
                .forEach(entry -> {
                    var table = name(entry.getKey());
                    var part = entry.getValue();
                    var leading = new LinkedHashSet<String>();
                    var attributes = new TreeSet<String>();
                    if (action.equals("BatchGetItem")) {
                        part.path("Keys").forEach(key -> leading(table, key, leading));
                        if (listsAttributes(part)) {
                            attributes.addAll(attributes(action, part));
                            part.path("Keys").forEach(key -> names(key, attributes));
                        }
                    } else {
                        for (var write : part) {
                            var keyed =
                                    write.has("PutRequest")
                                            ? write.path("PutRequest").path("Item")
                                            : write.path("DeleteRequest").path("Key");
                            leading(table, keyed, leading);
                            names(keyed, attributes);
                        }
                    }
                    var context = new HashMap<String, List<String>>();
                    put(context, LEADING_KEYS, leading);
                    put(context, ATTRIBUTES, attributes);
                    if (action.equals("BatchGetItem")) {
                        context.put(SELECT, List.of(select(part)));
                    }
                    all.add(new Authorization("dynamodb:" + action, arn(table), context));
                });
        return unanswerableIfEmpty(action, all);
    }

    private List<Authorization> transaction(String operation, ObjectNode request) {
        var all = new ArrayList<Authorization>();
        for (var item : request.path("TransactItems")) {
            item.properties()
                    .forEach(entry ->
                            all.add(
                                    item(
                                            switch (entry.getKey()) {
                                                case "Get" -> "GetItem";
                                                case "Put" -> "PutItem";
                                                case "Update" -> "UpdateItem";
                                                case "Delete" -> "DeleteItem";
                                                case "ConditionCheck" -> "ConditionCheckItem";
                                                // no role allows it
                                                default -> operation;
                                            },
                                            entry.getValue(),
                                            operation)));
        }
        return unanswerableIfEmpty(operation, all);
    }

    private List<Authorization> statements(JsonNode statements, @Nullable String enclosing) {
        var all = new ArrayList<Authorization>();
        statements.forEach(statement -> all.add(statement(statement, enclosing)));
        return unanswerableIfEmpty("PartiQLUpdate", all);
    }

    // no leading keys: a role that is bound to keys cannot use PartiQL here
    private Authorization statement(JsonNode statement, @Nullable String enclosing) {
        Map<String, List<String>> context =
                enclosing == null ? Map.of() : Map.of(ENCLOSING_OPERATION, List.of(enclosing));
        var parsed = PARTIQL.matcher(statement.path("Statement").asText(""));
        if (!parsed.matches()) {
            return new Authorization("dynamodb:PartiQLUpdate", "*", context);
        }
        var action =
                parsed.group(2) != null
                        ? "PartiQLInsert"
                        : parsed.group(3) != null
                                ? "PartiQLUpdate"
                                : parsed.group(4) != null ? "PartiQLDelete" : "PartiQLSelect";
        var table = arn(parsed.group(6));
        var index = parsed.group(7);
        return new Authorization(
                "dynamodb:" + action, index == null ? table : table + "/index/" + index, context);
    }

    /** A request that names nothing still has to be allowed, on everything. */
    private static List<Authorization> unanswerableIfEmpty(String action, List<Authorization> all) {
        return all.isEmpty()
                ? List.of(new Authorization("dynamodb:" + action, "*", Map.of()))
                : all;
    }

    private void leading(String table, JsonNode attributes, Set<String> into) {
        var partitionKey = schemas.partitionKey(table, null);
        if (partitionKey != null) {
            scalar(attributes.path(partitionKey), into);
        }
    }

    private static Set<String> queried(@Nullable String partitionKey, JsonNode request) {
        var values = new LinkedHashSet<String>();
        if (partitionKey == null) {
            return values;
        }
        var names = request.path("ExpressionAttributeNames");
        var found = EQUALS.matcher(request.path("KeyConditionExpression").asText(""));
        while (found.find()) {
            if (resolve(found.group(1), names).equals(partitionKey)) {
                scalar(request.path("ExpressionAttributeValues").path(found.group(2)), values);
            }
        }
        var condition = request.path("KeyConditions").path(partitionKey);
        if (condition.path("ComparisonOperator").asText("").equals("EQ")) {
            condition.path("AttributeValueList").forEach(value -> scalar(value, values));
        }
        return values;
    }

    private static void scalar(JsonNode value, Set<String> into) {
        for (var type : List.of("S", "N", "B")) {
            if (value.path(type).isTextual()) {
                into.add(value.path(type).asText());
            }
        }
    }

    private static boolean listsAttributes(JsonNode part) {
        return part.hasNonNull("ProjectionExpression") || part.hasNonNull("AttributesToGet");
    }

    private static Set<String> attributes(String action, JsonNode part) {
        var attributes = new TreeSet<String>();
        if (action.equals("GetItem") && !listsAttributes(part)) {
            return attributes;
        }
        names(part.path("Key"), attributes);
        names(part.path("Item"), attributes);
        names(part.path("AttributeUpdates"), attributes);
        names(part.path("Expected"), attributes);
        names(part.path("KeyConditions"), attributes);
        part.path("AttributesToGet").forEach(name -> attributes.add(name.asText()));
        for (var expression :
                List.of(
                        "ProjectionExpression",
                        "UpdateExpression",
                        "ConditionExpression",
                        "FilterExpression",
                        "KeyConditionExpression")) {
            var words = WORD.matcher(part.path(expression).asText(""));
            while (words.find()) {
                var word = words.group();
                if (!KEYWORDS.contains(word.toUpperCase(Locale.ROOT))) {
                    attributes.add(resolve(word, part.path("ExpressionAttributeNames")));
                }
            }
        }
        return attributes;
    }

    private static void names(JsonNode attributes, Set<String> into) {
        attributes.fieldNames().forEachRemaining(into::add);
    }

    private static String resolve(String name, JsonNode names) {
        return names.path(name).asText(name);
    }

    private static String select(JsonNode part) {
        if (part.hasNonNull("Select")) {
            return part.path("Select").asText();
        }
        return listsAttributes(part) ? "SPECIFIC_ATTRIBUTES" : "ALL_ATTRIBUTES";
    }

    private static void put(Map<String, List<String>> context, String key, Set<String> values) {
        if (!values.isEmpty()) {
            context.put(key, List.copyOf(values));
        }
    }

    private String table(JsonNode request) {
        var name = tableName(request);
        return name.isEmpty() ? "*" : arn(name);
    }

    private String arn(String table) {
        return arnPrefix + "table/" + table;
    }

    private static String tableName(JsonNode request) {
        return name(request.path("TableName").asText(""));
    }

    /** A table may be named by its ARN. */
    static String name(String nameOrArn) {
        var at = nameOrArn.indexOf(":table/");
        if (at < 0) {
            return nameOrArn;
        }
        var name = nameOrArn.substring(at + ":table/".length());
        var end = name.indexOf('/');
        return end < 0 ? name : name.substring(0, end);
    }
}
