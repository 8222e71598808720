package dev.sluicegate.local.dynamodb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.local.aws.Authorization;
import dev.sluicegate.local.aws.LocalCaller;
import dev.sluicegate.local.aws.LocalRequest;
import dev.sluicegate.local.aws.LocalResponse;
import dev.sluicegate.local.aws.LocalService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * DynamoDB and DynamoDB Streams for every caller of the local stack: one database, whatever the access
 * key. Faults can be injected, so that a table is gone between two steps of a call.
 */
public final class DynamoDbService implements LocalService, StreamPump.Streams, AutoCloseable {
    /** To be shown to whoever starts this for the first time. */
    public static final String LICENCE_NOTICE =
            """
            The local stack runs Amazon DynamoDB Local, which Maven fetched onto this machine. It is not part
            of this project; the Amazon DynamoDB Local License Agreement applies to it (in its jar: LICENSE.txt):
            use on your own machines together with AWS services, no redistribution.
            Any other endpoint can take its place.\
            """;

    private static final String JSON = "application/x-amz-json-1.0";
    private static final String DATABASE_ARN =
            "arn:aws:dynamodb:" + EmbeddedDatabase.DATABASE_REGION + ":";
    private static final char ITERATOR_SEPARATOR = ':';
    private static final Set<String> STREAM_OPERATIONS =
            Set.of("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams");

    /** Their answers name ARNs and hold no items, so their text can be rewritten. */
    private static final Set<String> NAMES_ARNS =
            Set.of(
                    "CreateTable",
                    "DeleteTable",
                    "DescribeTable",
                    "UpdateTable",
                    "DescribeStream",
                    "ListStreams");

    private final EmbeddedDatabase database;
    private final String region;
    private final Questions questions;
    private final Map<String, Map<String, String>> partitionKeys = new ConcurrentHashMap<>();
    private final byte[] iteratorKey = new byte[32];
    private volatile @Nullable Injected injected;

    private record Injected(Predicate<DynamoDbCall> when, Fault fault, CountDownLatch healed) {}

    private DynamoDbService(EmbeddedDatabase database, String region, String account) {
        this.database = database;
        this.region = region;
        new SecureRandom().nextBytes(iteratorKey);
        this.questions =
                new Questions(
                        "arn:aws:dynamodb:" + region + ":" + account + ":", this::partitionKey);
    }

    /** Everything in memory, gone with {@link #close()}. */
    public static DynamoDbService inMemory(String region, String account) {
        return new DynamoDbService(new EmbeddedDatabase(null), region, account);
    }

    /** Kept in a folder, which is made if there is none. */
    public static DynamoDbService in(Path folder, String region, String account) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new DynamoDbService(new EmbeddedDatabase(folder), region, account);
    }

    @Override
    public String service() {
        return "dynamodb";
    }

    @Override
    public List<Authorization> authorizations(LocalRequest request) {
        var operation = operation(request);
        var body = Json.lenient(request.body());
        if (operation.equals("GetRecords")) {
            body.put("StreamArn", streamOf(body.path("ShardIterator").asText("")));
        }
        return questions.of(operation, body);
    }

    @Override
    public LocalResponse handle(LocalRequest request, LocalCaller caller) {
        var operation = operation(request);
        var target = request.header("x-amz-target");
        var streams = STREAM_OPERATIONS.contains(operation);
        if (target == null
                || !database.knows(operation)
                || !target.startsWith(
                        streams ? "DynamoDBStreams_20120810." : "DynamoDB_20120810.")) {
            return answer(
                    400,
                    EmbeddedDatabase.error(
                            "com.amazon.coral.service#UnknownOperationException",
                            "unknown or unsupported operation"));
        }
        var fault = injected;
        if (fault != null && !streams) {
            var call = questions.call(operation, Json.lenient(request.body()));
            if (fault.when().test(call)) {
                return failed(fault, operation, request);
            }
        }
        var answer = run(operation, request.body());
        return answer(answer.status(), answer.json());
    }

    /**
     * From now on requests that match fail; one fault at a time, the last one counts. Stream reads and
     * {@link #createTables} never fail by it.
     */
    public void fail(Predicate<DynamoDbCall> when, Fault fault) {
        replace(new Injected(when, fault, new CountDownLatch(1)));
    }

    /** Every request to a table fails. */
    public void fail(String table, Fault fault) {
        fail(call -> call.tables().contains(table), fault);
    }

    /** No request fails any more; the ones that hang go on. */
    public void heal() {
        replace(null);
    }

    private synchronized void replace(@Nullable Injected next) {
        var before = injected;
        injected = next;
        if (before != null) {
            before.healed().countDown();
        }
    }

    private LocalResponse failed(Injected fault, String operation, LocalRequest request) {
        return switch (fault.fault()) {
            case GONE ->
                    answer(
                            400,
                            EmbeddedDatabase.error(
                                    "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
                                    "Requested resource not found"));
            case INTERNAL_ERROR ->
                    answer(
                            500,
                            EmbeddedDatabase.error(
                                    "com.amazonaws.dynamodb.v20120810#InternalServerError",
                                    "The request processing has failed because of an unknown error"));
            case THROTTLED ->
                    answer(
                            400,
                            EmbeddedDatabase.error(
                                    "com.amazonaws.dynamodb.v20120810#ThrottlingException",
                                    "Rate of requests exceeds the allowed throughput"));
            case HANG -> {
                try {
                    fault.healed().await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                var answer = run(operation, request.body());
                yield answer(answer.status(), answer.json());
            }
        };
    }

    /**
     * Makes the tables that do not exist and adds the stream and expiry that others lack. Doing it again
     * changes nothing.
     *
     * @throws IllegalStateException if the database refuses
     */
    public void createTables(Collection<TableSpec> tables) {
        tables.forEach(this::createTable);
    }

    private void createTable(TableSpec table) {
        var named = Json.object().put("TableName", table.name());
        var described = run("DescribeTable", Json.bytes(named));
        if (described.status() != 200) {
            var create = named.deepCopy();
            var attributes = create.putArray("AttributeDefinitions");
            attributes.addObject().put("AttributeName", "pk").put("AttributeType", "S");
            attributes.addObject().put("AttributeName", "sk").put("AttributeType", "S");
            var keys = create.putArray("KeySchema");
            keys.addObject().put("AttributeName", "pk").put("KeyType", "HASH");
            keys.addObject().put("AttributeName", "sk").put("KeyType", "RANGE");
            create.put("BillingMode", "PAY_PER_REQUEST");
            create.put("DeletionProtectionEnabled", table.protectedFromDeletion());
            if (table.stream()) {
                create.set("StreamSpecification", streamSpecification());
            }
            call("CreateTable", create);
        } else if (table.stream()
                && !Json.read(described.json())
                        .path("Table")
                        .path("StreamSpecification")
                        .path("StreamEnabled")
                        .asBoolean(false)) {
            var update = named.deepCopy();
            update.set("StreamSpecification", streamSpecification());
            call("UpdateTable", update);
        }
        if (table.ttlAttribute() != null) {
            var status =
                    call("DescribeTimeToLive", named)
                            .path("TimeToLiveDescription")
                            .path("TimeToLiveStatus")
                            .asText("");
            if (!status.startsWith("ENABL")) {
                var update = named.deepCopy();
                update.putObject("TimeToLiveSpecification")
                        .put("AttributeName", table.ttlAttribute())
                        .put("Enabled", true);
                call("UpdateTimeToLive", update);
            }
        }
    }

    private static ObjectNode streamSpecification() {
        return Json.object().put("StreamEnabled", true).put("StreamViewType", "NEW_AND_OLD_IMAGES");
    }

    /** Runs an operation past the front and its faults: for the stack itself, never for a function. */
    @Override
    public JsonNode call(String operation, ObjectNode request) {
        var answer = run(operation, Json.bytes(request));
        var json = Json.read(answer.json());
        if (answer.status() != 200) {
            throw new StreamPump.RefusedException(operation, json.path("__type").asText(""));
        }
        return json;
    }

    @Override
    public @Nullable String streamArn(String table) {
        var described = run("DescribeTable", Json.bytes(Json.object().put("TableName", table)));
        var arn = Json.read(described.json()).path("Table").path("LatestStreamArn");
        return arn.isTextual() ? arn.asText() : null;
    }

    private EmbeddedDatabase.Answer run(String operation, byte[] body) {
        var answer = database.run(operation, inbound(operation, body));
        if (answer.status() != 200) {
            return answer;
        }
        if (operation.equals("DeleteTable") || operation.equals("UpdateTable")) {
            partitionKeys.remove(Questions.name(Json.lenient(body).path("TableName").asText("")));
        }
        return new EmbeddedDatabase.Answer(200, outbound(operation, body, answer.json()));
    }

    // the database calls every region its own; callers see theirs
    private byte[] inbound(String operation, byte[] body) {
        if (STREAM_OPERATIONS.contains(operation)) {
            var request = Json.lenient(body);
            if (operation.equals("GetRecords")) {
                var iterator = request.path("ShardIterator").asText("");
                request.put(
                        "ShardIterator",
                        iterator.substring(iterator.indexOf(ITERATOR_SEPARATOR) + 1));
            } else if (request.hasNonNull("StreamArn")) {
                request.put(
                        "StreamArn",
                        request.path("StreamArn").asText().replace(ourArn(), DATABASE_ARN));
            }
            return Json.bytes(request);
        }
        var text = new String(body, StandardCharsets.UTF_8);
        if (text.contains(":table/")) {
            var request = Json.lenient(body);
            if (request.path("TableName").asText("").startsWith("arn:")) {
                request.put("TableName", Questions.name(request.path("TableName").asText()));
                return Json.bytes(request);
            }
        }
        return body;
    }

    private byte[] outbound(String operation, byte[] body, byte[] json) {
        if (NAMES_ARNS.contains(operation)) {
            return new String(json, StandardCharsets.UTF_8)
                    .replace(DATABASE_ARN, ourArn())
                    .getBytes(StandardCharsets.UTF_8);
        }
        if (operation.equals("GetShardIterator")) {
            var answer = Json.lenient(json);
            var stream = Json.lenient(body).path("StreamArn").asText("");
            answer.put("ShardIterator", tagged(stream, answer.path("ShardIterator").asText()));
            return Json.bytes(answer);
        }
        if (operation.equals("GetRecords")) {
            var answer = Json.lenient(json);
            if (answer.hasNonNull("NextShardIterator")) {
                var stream = streamOf(Json.lenient(body).path("ShardIterator").asText(""));
                answer.put(
                        "NextShardIterator",
                        tagged(stream, answer.path("NextShardIterator").asText()));
            }
            answer.path("Records")
                    .forEach(each -> {
                        if (each instanceof ObjectNode entry) {
                            entry.put("awsRegion", region);
                            asAws(entry);
                        }
                    });
            return Json.bytes(answer);
        }
        return json;
    }

    /** The database says EXPIRE where AWS says that the service removed the item. */
    static void asAws(ObjectNode entry) {
        if (entry.path("eventName").asText("").equals("EXPIRE")) {
            entry.put("eventName", "REMOVE");
            entry.putObject("userIdentity")
                    .put("type", "Service")
                    .put("principalId", "dynamodb.amazonaws.com");
        }
    }

    private String ourArn() {
        return "arn:aws:dynamodb:" + region + ":";
    }

    /**
     * GetRecords names no stream, but IAM is asked about one: an iterator carries its stream, sealed, so that
     * nobody reads one stream with the permission for another.
     */
    private String tagged(String stream, String iterator) {
        return Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(stream.getBytes(StandardCharsets.UTF_8))
                + '.'
                + seal(stream, iterator)
                + ITERATOR_SEPARATOR
                + iterator;
    }

    /** The stream an iterator was made for, or {@code *} if it is not one of ours. */
    private String streamOf(String tagged) {
        var dot = tagged.indexOf('.');
        var end = tagged.indexOf(ITERATOR_SEPARATOR);
        if (dot <= 0 || end < dot) {
            return "*";
        }
        try {
            var stream =
                    new String(
                            Base64.getUrlDecoder().decode(tagged.substring(0, dot)),
                            StandardCharsets.UTF_8);
            return seal(stream, tagged.substring(end + 1)).equals(tagged.substring(dot + 1, end))
                    ? stream
                    : "*";
        } catch (IllegalArgumentException e) {
            return "*";
        }
    }

    private String seal(String stream, String iterator) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(iteratorKey, "HmacSHA256"));
            mac.update(stream.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(iterator.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private @Nullable String partitionKey(String table, @Nullable String index) {
        var keys = partitionKeys.get(table);
        if (keys == null) {
            keys = describeKeys(table);
            if (keys.isEmpty()) {
                return null;
            }
            partitionKeys.put(table, keys);
        }
        return keys.get(index == null ? "" : index);
    }

    private Map<String, String> describeKeys(String table) {
        var keys = new HashMap<String, String>();
        if (table.isEmpty()) {
            return keys;
        }
        var answer =
                database.run("DescribeTable", Json.bytes(Json.object().put("TableName", table)));
        if (answer.status() == 200) {
            var described = Json.read(answer.json()).path("Table");
            hashKey(described, "", keys);
            for (var kind : List.of("GlobalSecondaryIndexes", "LocalSecondaryIndexes")) {
                described
                        .path(kind)
                        .forEach(index -> hashKey(index, index.path("IndexName").asText(), keys));
            }
        }
        return keys;
    }

    private static void hashKey(JsonNode keyed, String name, Map<String, String> into) {
        for (var key : keyed.path("KeySchema")) {
            if (key.path("KeyType").asText().equals("HASH")) {
                into.put(name, key.path("AttributeName").asText());
            }
        }
    }

    private static String operation(LocalRequest request) {
        var target = request.header("x-amz-target");
        return target == null ? "" : target.substring(target.lastIndexOf('.') + 1);
    }

    private static LocalResponse answer(int status, byte[] json) {
        var crc = new CRC32();
        crc.update(json);
        return new LocalResponse(
                status,
                Map.of("content-type", JSON, "x-amz-crc32", Long.toString(crc.getValue())),
                json);
    }

    @Override
    public void close() {
        heal();
        database.close();
    }
}
