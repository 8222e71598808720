package dev.sluicegate.local.dynamodb;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Server;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBRequestHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBServerHandler;

/**
 * DynamoDB Local's own HTTP handler on a connector in memory instead of on every network interface: it sees
 * the requests that it documents, and nobody reaches it past the front. It reports its use unless the environment says
 * {@code DDB_LOCAL_TELEMETRY=0}, which the launcher and the tests do.
 */
final class EmbeddedDatabase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);

    /** What the database calls its region, whatever it is asked. */
    static final String DATABASE_REGION = "ddblocal";

    /** A scan of a large table is the slowest thing the stack asks for. */
    private static final long ANSWER_SECONDS = 30;

    // one database for all callers; the handler insists on some key
    private static final String AUTHORIZATION =
            "AWS4-HMAC-SHA256 Credential=local/20260101/"
                    + DATABASE_REGION
                    + "/dynamodb/aws4_request, SignedHeaders=host, Signature=0";

    private static final Set<String> STREAMS =
            Set.of("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams");

    private static final Set<String> OPERATIONS =
            Set.of(
                    "BatchExecuteStatement",
                    "BatchGetItem",
                    "BatchWriteItem",
                    "CreateTable",
                    "DeleteItem",
                    "DeleteTable",
                    "DescribeLimits",
                    "DescribeTable",
                    "DescribeTimeToLive",
                    "ExecuteStatement",
                    "ExecuteTransaction",
                    "GetItem",
                    "ListTables",
                    "ListTagsOfResource",
                    "PutItem",
                    "Query",
                    "Scan",
                    "TagResource",
                    "TransactGetItems",
                    "TransactWriteItems",
                    "UntagResource",
                    "UpdateItem",
                    "UpdateTable",
                    "UpdateTimeToLive");

    private final LocalDynamoDBRequestHandler engine;
    private final boolean kept;
    private final Server server = new Server();
    private final LocalConnector connector = new LocalConnector(server);

    /** An answer of the database: HTTP status and JSON. */
    record Answer(int status, byte[] json) {}

    /**
     * @param folder where the database file lies, or null to keep everything in memory
     */
    EmbeddedDatabase(@Nullable Path folder) {
        kept = folder != null;
        engine =
                new LocalDynamoDBRequestHandler(
                        0, folder == null, folder == null ? null : folder.toString(), true, false);
        server.addConnector(connector);
        server.setHandler(new LocalDynamoDBServerHandler(engine, null));
        try {
            server.start();
        } catch (Exception e) {
            throw new IllegalStateException("DynamoDB Local does not start: " + e.getMessage(), e);
        }
    }

    boolean knows(String operation) {
        return OPERATIONS.contains(operation) || STREAMS.contains(operation);
    }

    /**
     * Runs one operation; what the database refuses is an answer, never an exception. A transaction that is
     * answered is in the file.
     */
    Answer run(String name, byte[] body) {
        var answer = send(name, body);
        if (kept && answer.status() == 200 && name.equals("TransactWriteItems")) {
            awaitCommit(body);
        }
        return answer;
    }

    /**
     * The database answers a transaction a moment before it has committed it; killed in that moment it has
     * lost what it acknowledged (seen: one in seventeen). A read of what was written comes after the commit.
     */
    private void awaitCommit(byte[] transaction) {
        for (var item : Json.lenient(transaction).path("TransactItems")) {
            for (var action : item.properties()) {
                var about = action.getValue();
                var key = Json.object();
                if (about.has("Key")) {
                    key.setAll((ObjectNode) about.path("Key"));
                } else {
                    for (var name : List.of("pk", "sk")) {
                        if (about.path("Item").has(name)) {
                            key.set(name, about.path("Item").path(name));
                        }
                    }
                }
                var read = Json.object();
                read.set("TableName", about.path("TableName"));
                read.set("Key", key);
                read.put("ConsistentRead", true);
                if (send("GetItem", Json.bytes(read)).status() != 200) {
                    LOG.warn("a transaction may not survive a crash of this process");
                }
                return;
            }
        }
    }

    private Answer send(String name, byte[] body) {
        if (!knows(name)) {
            return new Answer(400, error("com.amazon.coral.service#UnknownOperationException", ""));
        }
        try {
            var answer =
                    connector.getResponse(
                            request(name, body), false, ANSWER_SECONDS, TimeUnit.SECONDS);
            if (answer != null) {
                return parse(answer);
            }
            LOG.error("{} was not answered by the database", name);
        } catch (Exception e) {
            // the type only: messages of the database quote values
            LOG.error("{} failed in the database: {}", name, e.getClass().getName());
        }
        return new Answer(
                500,
                error("com.amazonaws.dynamodb.v20120810#InternalServerError", "internal error"));
    }

    /** HTTP/1.0, so that the answer is not chunked. */
    private static ByteBuffer request(String name, byte[] body) {
        var api = STREAMS.contains(name) ? "DynamoDBStreams_20120810." : "DynamoDB_20120810.";
        var head =
                "POST / HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: application/x-amz-json-1.0\r\n"
                        + "Content-Length: "
                        + body.length
                        + "\r\nX-Amz-Target: "
                        + api
                        + name
                        + "\r\nAuthorization: "
                        + AUTHORIZATION
                        + "\r\n\r\n";
        var bytes = new ByteArrayOutputStream(head.length() + body.length);
        bytes.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
        bytes.writeBytes(body);
        return ByteBuffer.wrap(bytes.toByteArray());
    }

    private static Answer parse(ByteBuffer answer) {
        var bytes = new byte[answer.remaining()];
        answer.get(bytes);
        var status = Integer.parseInt(new String(bytes, 9, 3, StandardCharsets.ISO_8859_1));
        for (var i = 0; i + 3 < bytes.length; i++) {
            if (bytes[i] == '\r'
                    && bytes[i + 1] == '\n'
                    && bytes[i + 2] == '\r'
                    && bytes[i + 3] == '\n') {
                return new Answer(status, Arrays.copyOfRange(bytes, i + 4, bytes.length));
            }
        }
        throw new IllegalStateException("the database answered without a head");
    }

    static byte[] error(String type, String message) {
        return Json.bytes(Json.object().put("__type", type).put("message", message));
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            LOG.warn("DynamoDB Local does not stop cleanly: {}", e.getClass().getName());
        }
        engine.shutdown();
    }
}
