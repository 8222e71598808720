package dev.sluicegate.local.aws;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Resolves CloudFormation's intrinsic functions for the local account, across the stacks of one assembly. */
final class Intrinsics {
    /** Deeper nesting is a cycle. */
    private static final int MAX_DEPTH = 100;

    private static final Pattern SUB = Pattern.compile("\\$\\{([^}]*)}");

    private static final String ACCOUNT = Template.ACCOUNT;
    private static final String REGION = Template.REGION;

    /** One template of the assembly. */
    record Stack(String name, JsonNode json) {}

    private final ObjectMapper mapper = new ObjectMapper();
    private final Map<String, Exported> exports = new HashMap<>();
    private final Map<String, String> overrides;

    private record Exported(Stack stack, JsonNode value) {}

    Intrinsics(List<Stack> stacks, Map<String, String> overrides) {
        this.overrides = overrides;
        for (Stack stack : stacks) {
            for (JsonNode output : stack.json().path("Outputs")) {
                if (output.has("Export")) {
                    String name = text(output.get("Export").path("Name"), stack);
                    exports.put(name, new Exported(stack, output.path("Value")));
                }
            }
        }
    }

    /** Resolves to text. */
    String text(JsonNode node, Stack stack) {
        return resolve(node, stack).asText();
    }

    /**
     * Resolves everything in {@code node}.
     *
     * @throws TemplateException if it names what is not in the assembly, or uses an unsupported function
     */
    JsonNode resolve(JsonNode node, Stack stack) {
        var resolved = resolve(node, stack, 0);
        return resolved == null ? JsonNodeFactory.instance.missingNode() : resolved;
    }

    /** Null stands for {@code AWS::NoValue}. */
    private @Nullable JsonNode resolve(JsonNode node, Stack stack, int depth) {
        if (depth > MAX_DEPTH) {
            throw new TemplateException("references in stack " + stack.name() + " form a cycle");
        }
        if (node.isArray()) {
            ArrayNode out = JsonNodeFactory.instance.arrayNode();
            for (JsonNode item : node) {
                var resolved = resolve(item, stack, depth + 1);
                if (resolved != null) {
                    out.add(resolved);
                }
            }
            return out;
        }
        if (!node.isObject()) {
            return node;
        }
        if (node.size() == 1) {
            String name = node.fieldNames().next();
            if (name.equals("Ref")
                    || name.startsWith("Fn::")
                    || (name.equals("Condition") && node.get(name).isTextual())) {
                return call(name, node.get(name), stack, depth + 1);
            }
        }
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        for (var field : PolicyDocument.fields(node)) {
            var resolved = resolve(field.getValue(), stack, depth + 1);
            if (resolved != null) {
                out.set(field.getKey(), resolved);
            }
        }
        return out;
    }

    private @Nullable JsonNode call(String function, JsonNode argument, Stack stack, int depth) {
        return switch (function) {
            case "Ref" -> ref(argument.asText(), stack, depth);
            case "Fn::GetAtt" -> attribute(argument, stack, depth);
            case "Fn::Sub" -> sub(argument, stack, depth);
            case "Fn::Join" -> join(argument, stack, depth);
            case "Fn::Select" -> select(argument, stack, depth);
            case "Fn::Split" -> split(argument, stack, depth);
            case "Fn::ImportValue" -> imported(argument, stack, depth);
            case "Fn::If" -> {
                boolean holds = condition(argument.get(0).asText(), stack, depth);
                yield resolve(argument.get(holds ? 1 : 2), stack, depth);
            }
            case "Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not", "Condition" ->
                    BooleanNode.valueOf(test(function, argument, stack, depth));
            case "Fn::FindInMap" -> findInMap(argument, stack, depth);
            case "Fn::Base64" ->
                    TextNode.valueOf(
                            Base64.getEncoder()
                                    .encodeToString(
                                            needText(argument, stack, depth)
                                                    .getBytes(StandardCharsets.UTF_8)));
            case "Fn::GetAZs" ->
                    JsonNodeFactory.instance.arrayNode().add(REGION + "a").add(REGION + "b");
            default ->
                    throw new TemplateException(
                            "stack " + stack.name() + " uses the unsupported function " + function);
        };
    }

    private String needText(JsonNode node, Stack stack, int depth) {
        var resolved = resolve(node, stack, depth);
        if (resolved == null || !resolved.isValueNode()) {
            throw new TemplateException("stack " + stack.name() + ": text expected, found " + node);
        }
        return resolved.asText();
    }

    private @Nullable JsonNode ref(String name, Stack stack, int depth) {
        switch (name) {
            case "AWS::NoValue" -> {
                return null;
            }
            case "AWS::AccountId" -> {
                return TextNode.valueOf(ACCOUNT);
            }
            case "AWS::Region" -> {
                return TextNode.valueOf(REGION);
            }
            case "AWS::Partition" -> {
                return TextNode.valueOf("aws");
            }
            case "AWS::URLSuffix" -> {
                return TextNode.valueOf("amazonaws.com");
            }
            case "AWS::StackName" -> {
                return TextNode.valueOf(stack.name());
            }
            case "AWS::StackId" -> {
                return TextNode.valueOf(arn("cloudformation", "stack/" + stack.name() + "/local"));
            }
            default -> {}
        }
        JsonNode parameter = stack.json().path("Parameters").path(name);
        if (parameter.isObject()) {
            String override = overrides.get(name);
            if (override != null) {
                return TextNode.valueOf(override);
            }
            if (!parameter.has("Default")) {
                throw new TemplateException(
                        "parameter " + name + " of stack " + stack.name() + " has no value");
            }
            return TextNode.valueOf(parameter.get("Default").asText());
        }
        return TextNode.valueOf(reference(name, resource(name, stack), stack, depth));
    }

    private static JsonNode resource(String logicalId, Stack stack) {
        JsonNode resource = stack.json().path("Resources").path(logicalId);
        if (!resource.isObject()) {
            throw new TemplateException(
                    "stack " + stack.name() + " refers to the unknown resource " + logicalId);
        }
        return resource;
    }

    private static String arn(String service, String rest) {
        return "arn:aws:" + service + ":" + REGION + ":" + ACCOUNT + ":" + rest;
    }

    private String property(JsonNode resource, String name, Stack stack, int depth) {
        return needText(resource.path("Properties").path(name), stack, depth);
    }

    /** Physical name: the template's, else one made of stack and logical id. */
    String physicalName(String logicalId, JsonNode resource, Stack stack, int depth) {
        String field =
                switch (resource.path("Type").asText()) {
                    case "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable" -> "TableName";
                    case "AWS::S3::Bucket" -> "BucketName";
                    case "AWS::Lambda::Function" -> "FunctionName";
                    case "AWS::IAM::Role" -> "RoleName";
                    case "AWS::IAM::ManagedPolicy" -> "ManagedPolicyName";
                    case "AWS::IAM::Policy" -> "PolicyName";
                    case "AWS::SQS::Queue" -> "QueueName";
                    case "AWS::SNS::Topic" -> "TopicName";
                    case "AWS::Logs::LogGroup" -> "LogGroupName";
                    case "AWS::Events::EventBus",
                            "AWS::SecretsManager::Secret",
                            "AWS::SSM::Parameter" ->
                            "Name";
                    case "AWS::KMS::Alias" -> "AliasName";
                    default -> "";
                };
        if (!field.isEmpty() && resource.path("Properties").has(field)) {
            return property(resource, field, stack, depth);
        }
        String made = stack.name() + "-" + logicalId;
        boolean bucket = resource.path("Type").asText().equals("AWS::S3::Bucket");
        made = bucket ? made.toLowerCase(Locale.ROOT) : made;
        return made.substring(0, Math.min(made.length(), bucket ? 63 : 64));
    }

    /** What {@code Ref} gives. */
    private String reference(String logicalId, JsonNode resource, Stack stack, int depth) {
        String name = physicalName(logicalId, resource, stack, depth);
        return switch (resource.path("Type").asText()) {
            case "AWS::KMS::Key" -> keyId(logicalId, stack);
            case "AWS::SecretsManager::Secret" -> secretArn(name);
            case "AWS::IAM::ManagedPolicy" -> "arn:aws:iam::" + ACCOUNT + ":policy/" + name;
            case "AWS::IAM::OIDCProvider", "Custom::AWSCDKOpenIdConnectProvider" ->
                    providerArn(property(resource, "Url", stack, depth));
            case "AWS::Lambda::Version" ->
                    functionArn(property(resource, "FunctionName", stack, depth)) + ":1";
            case "AWS::Lambda::Alias" ->
                    functionArn(property(resource, "FunctionName", stack, depth))
                            + ":"
                            + property(resource, "Name", stack, depth);
            case "AWS::SNS::Topic" -> arn("sns", name);
            case "AWS::SQS::Queue" ->
                    "https://sqs." + REGION + ".amazonaws.com/" + ACCOUNT + "/" + name;
            default -> name;
        };
    }

    static String keyId(String logicalId, Stack stack) {
        return UUID.nameUUIDFromBytes(
                        (stack.name() + "/" + logicalId).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /** Secrets Manager ends ARNs with six characters of its own; here they follow from the name. */
    static String secretArn(String name) {
        String id = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
        return arn("secretsmanager", "secret:" + name + "-" + id.substring(0, 6));
    }

    static String providerArn(String url) {
        return "arn:aws:iam::" + ACCOUNT + ":oidc-provider/" + url.replaceFirst("^https?://", "");
    }

    /** Unqualified ARN of a function given its name or any of its ARNs. */
    static String functionArn(String nameOrArn) {
        if (!nameOrArn.startsWith("arn:")) {
            return arn("lambda", "function:" + nameOrArn);
        }
        String[] parts = nameOrArn.split(":", -1);
        return String.join(":", List.of(parts).subList(0, Math.min(parts.length, 7)));
    }

    private JsonNode attribute(JsonNode argument, Stack stack, int depth) {
        String logicalId;
        String name;
        if (argument.isArray()) {
            logicalId = argument.get(0).asText();
            name = needText(argument.get(1), stack, depth);
        } else {
            String both = argument.asText();
            int dot = both.indexOf('.');
            if (dot < 0) {
                throw new TemplateException("malformed Fn::GetAtt " + both);
            }
            logicalId = both.substring(0, dot);
            name = both.substring(dot + 1);
        }
        JsonNode resource = resource(logicalId, stack);
        String type = resource.path("Type").asText();
        if (name.equals("Value") && type.equals("Custom::AWSCDKCfnJson")) {
            try {
                return mapper.readTree(property(resource, "Value", stack, depth));
            } catch (JsonProcessingException e) {
                throw new TemplateException(logicalId + " is not JSON", e);
            }
        }
        if (name.equals("Value") && type.equals("Custom::AWSCDKCfnJsonStringify")) {
            var value = resolve(resource.path("Properties").path("Value"), stack, depth);
            return TextNode.valueOf(String.valueOf(value));
        }
        return TextNode.valueOf(attribute(logicalId, name, type, resource, stack, depth));
    }

    private String attribute(
            String logicalId, String name, String type, JsonNode resource, Stack stack, int depth) {
        String physical = physicalName(logicalId, resource, stack, depth);
        return switch (type + " " + name) {
            case "AWS::DynamoDB::Table Arn", "AWS::DynamoDB::GlobalTable Arn" ->
                    arn("dynamodb", "table/" + physical);
            // the label of a stream is only known when the table exists
            case "AWS::DynamoDB::Table StreamArn", "AWS::DynamoDB::GlobalTable StreamArn" ->
                    arn("dynamodb", "table/" + physical + "/stream/*");
            case "AWS::S3::Bucket Arn" -> "arn:aws:s3:::" + physical;
            case "AWS::Lambda::Function Arn" -> functionArn(physical);
            case "AWS::Lambda::Version FunctionArn" -> reference(logicalId, resource, stack, depth);
            case "AWS::Lambda::Version Version" -> "1";
            case "AWS::Lambda::Alias AliasArn" -> reference(logicalId, resource, stack, depth);
            case "AWS::IAM::Role Arn" -> roleArn(resource, physical);
            case "AWS::IAM::Role RoleId" -> roleId(physical);
            case "AWS::IAM::ManagedPolicy PolicyArn", "AWS::IAM::OIDCProvider Arn" ->
                    reference(logicalId, resource, stack, depth);
            case "AWS::KMS::Key Arn" -> arn("kms", "key/" + keyId(logicalId, stack));
            case "AWS::KMS::Key KeyId" -> keyId(logicalId, stack);
            case "AWS::SecretsManager::Secret Id", "AWS::SecretsManager::Secret Arn" ->
                    secretArn(physical);
            case "AWS::SQS::Queue Arn" -> arn("sqs", physical);
            case "AWS::SNS::Topic TopicArn" -> arn("sns", physical);
            case "AWS::Logs::LogGroup Arn" -> arn("logs", "log-group:" + physical + ":*");
            // equal to nothing a policy of ours could mean
            default -> "unresolved:" + stack.name() + "/" + logicalId + "." + name;
        };
    }

    static String roleArn(JsonNode resource, String name) {
        String path = resource.path("Properties").path("Path").asText("/");
        return "arn:aws:iam::" + ACCOUNT + ":role" + path + name;
    }

    static String roleId(String name) {
        String id = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
        return "AROA" + id.replace("-", "").substring(0, 17).toUpperCase(Locale.ROOT);
    }

    private JsonNode sub(JsonNode argument, Stack stack, int depth) {
        String template = argument.isArray() ? argument.get(0).asText() : argument.asText();
        var variables = new LinkedHashMap<String, String>();
        if (argument.isArray()) {
            for (var field : PolicyDocument.fields(argument.get(1))) {
                variables.put(field.getKey(), needText(field.getValue(), stack, depth));
            }
        }
        Matcher matcher = SUB.matcher(template);
        var out = new StringBuilder();
        while (matcher.find()) {
            String name = matcher.group(1);
            String value;
            if (name.startsWith("!")) {
                value = "${" + name.substring(1) + "}";
            } else if (variables.containsKey(name)) {
                value = variables.getOrDefault(name, "");
            } else if (name.indexOf('.') > 0) {
                value = attribute(TextNode.valueOf(name), stack, depth).asText();
            } else {
                var resolved = ref(name, stack, depth);
                value = resolved == null ? "" : resolved.asText();
            }
            matcher.appendReplacement(out, Matcher.quoteReplacement(value));
        }
        return TextNode.valueOf(matcher.appendTail(out).toString());
    }

    private JsonNode join(JsonNode argument, Stack stack, int depth) {
        var parts = new ArrayList<String>();
        var list = resolve(argument.get(1), stack, depth);
        if (list == null || !list.isArray()) {
            throw new TemplateException("stack " + stack.name() + ": Fn::Join needs a list");
        }
        for (JsonNode part : list) {
            if (!part.isValueNode()) {
                throw new TemplateException("stack " + stack.name() + ": Fn::Join of " + part);
            }
            parts.add(part.asText());
        }
        return TextNode.valueOf(String.join(argument.get(0).asText(), parts));
    }

    private JsonNode select(JsonNode argument, Stack stack, int depth) {
        var list = resolve(argument.get(1), stack, depth);
        int index = Integer.parseInt(needText(argument.get(0), stack, depth));
        if (list == null || !list.has(index)) {
            throw new TemplateException(
                    "stack " + stack.name() + ": Fn::Select has nothing at " + index);
        }
        return list.get(index);
    }

    private JsonNode split(JsonNode argument, Stack stack, int depth) {
        ArrayNode out = JsonNodeFactory.instance.arrayNode();
        String delimiter = Pattern.quote(argument.get(0).asText());
        for (String part : needText(argument.get(1), stack, depth).split(delimiter, -1)) {
            out.add(part);
        }
        return out;
    }

    private @Nullable JsonNode imported(JsonNode argument, Stack stack, int depth) {
        String name = needText(argument, stack, depth);
        Exported exported = exports.get(name);
        if (exported == null) {
            throw new TemplateException(
                    "stack " + stack.name() + " imports " + name + ", which no stack exports");
        }
        return resolve(exported.value(), exported.stack(), depth);
    }

    private JsonNode findInMap(JsonNode argument, Stack stack, int depth) {
        JsonNode found =
                stack.json()
                        .path("Mappings")
                        .path(needText(argument.get(0), stack, depth))
                        .path(needText(argument.get(1), stack, depth))
                        .path(needText(argument.get(2), stack, depth));
        if (found.isMissingNode()) {
            throw new TemplateException("stack " + stack.name() + ": Fn::FindInMap finds nothing");
        }
        return found;
    }

    /** Whether a named condition of the stack holds. */
    boolean condition(String name, Stack stack) {
        return condition(name, stack, 0);
    }

    private boolean condition(String name, Stack stack, int depth) {
        JsonNode condition = stack.json().path("Conditions").path(name);
        if (!condition.isObject() || condition.size() != 1) {
            throw new TemplateException("stack " + stack.name() + " has no condition " + name);
        }
        String function = condition.fieldNames().next();
        return test(function, condition.get(function), stack, depth + 1);
    }

    private boolean test(String function, JsonNode argument, Stack stack, int depth) {
        if (depth > MAX_DEPTH) {
            throw new TemplateException("conditions in stack " + stack.name() + " form a cycle");
        }
        return switch (function) {
            case "Condition" -> condition(argument.asText(), stack, depth);
            case "Fn::Equals" ->
                    needText(argument.get(0), stack, depth)
                            .equals(needText(argument.get(1), stack, depth));
            case "Fn::Not" -> !nested(argument.get(0), stack, depth);
            case "Fn::And" -> {
                boolean all = true;
                for (JsonNode one : argument) {
                    all &= nested(one, stack, depth);
                }
                yield all;
            }
            case "Fn::Or" -> {
                boolean any = false;
                for (JsonNode one : argument) {
                    any |= nested(one, stack, depth);
                }
                yield any;
            }
            default ->
                    throw new TemplateException(
                            "stack "
                                    + stack.name()
                                    + " uses the unsupported condition "
                                    + function);
        };
    }

    private boolean nested(JsonNode condition, Stack stack, int depth) {
        if (!condition.isObject() || condition.size() != 1) {
            throw new TemplateException("stack " + stack.name() + " has a malformed condition");
        }
        String function = condition.fieldNames().next();
        return test(function, condition.get(function), stack, depth + 1);
    }
}
