package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluicegate.local.idp.DevelopmentIssuer;
import dev.sluicegate.local.idp.TokenOrder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A stack with the real issuer and a gateway that answers what a test put in. {@code main} is the
 * command line with it, for tests that need a process.
 */
final class FakeStack implements RunningStack {
    static final String CALL = "01KAZTESTCALL0000000000001";

    private final HttpServer server;
    private final DevelopmentIssuer issuer;
    private final Path data;
    private final FakeDesk desk = new FakeDesk();
    private final List<String> headers = new CopyOnWriteArrayList<>();
    private volatile ObjectNode inForce = OutputFormat.JSON.createObjectNode();
    private volatile ObjectNode recorded = OutputFormat.JSON.createObjectNode();
    private volatile int status = 200;
    private volatile String answer =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"structuredContent\":{\"amount\":1.50},"
                    + "\"content\":[],\"_meta\":{\"dev.sluicegate/callId\":\""
                    + CALL
                    + "\"}}}";

    FakeStack(StackFactory.Options options) throws IOException {
        data = options.data();
        server =
                HttpServer.create(
                        new InetSocketAddress(
                                InetAddress.getByAddress(new byte[] {127, 0, 0, 1}),
                                options.port()),
                        0);
        server.createContext("/", this::serve);
        server.start();
        issuer = new DevelopmentIssuer(0, options.data(), options.clock(), mcp().toString());
        LoggerFactory.getLogger(FakeStack.class).info("fake stack is up");
    }

    static RunningStack start(StackFactory.Options options, StackFactory.Progress progress) {
        try {
            progress.stage("nothing");
            return new FakeStack(options);
        } catch (IOException e) {
            throw new StackFactory.StackFailedException("the fake did not start", e);
        }
    }

    public static void main(String[] args) {
        System.exit(Main.run(FakeStack::start, FakeStack.class.getName(), args));
    }

    void answer(int code, String body) {
        status = code;
        answer = body;
    }

    /** What the last request to the gateway carried, {@code name: value}. */
    List<String> headers() {
        return headers;
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            headers.clear();
            exchange.getRequestHeaders()
                    .forEach((name, values) -> headers.add(name + ": " + values.getFirst()));
            headers.add(
                    "body: "
                            + new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8));
            var bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public URI mcp() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/mcp");
    }

    @Override
    public String issuer() {
        return issuer.issuer();
    }

    @Override
    public URI awsEndpoint() {
        return mcp().resolve("/");
    }

    @Override
    public OperatorKey operatorKey() {
        return new OperatorKey("AKOPERATOR", "secret-of-the-operator");
    }

    @Override
    public String token(TokenOrder order) {
        return issuer.mint(order);
    }

    @Override
    public Optional<ObjectNode> trace(String callId) {
        if (!callId.equals(CALL)) {
            return Optional.empty();
        }
        var trace = OutputFormat.JSON.createObjectNode();
        trace.put("callId", CALL).put("chainId", "c1").putNull("decision").putNull("intentAt");
        trace.putObject("archive").put("log", "audit/1.json").put("index", 3);
        return Optional.of(trace);
    }

    @Override
    public Optional<String> lastCall() {
        return Optional.of(CALL);
    }

    @Override
    public PolicyDesk policies() {
        return desk;
    }

    /** The shipped baseline and tools that a test put in. */
    @Override
    public ObjectNode policySet(@Nullable String set) {
        if (set != null) {
            throw new NoSuchElementException("no policy set `" + set + "`");
        }
        return inForce.deepCopy();
    }

    void inForce(ObjectNode published) {
        inForce = published;
    }

    @Override
    public ObjectNode decisions(Reading reading) {
        if (!reading.user().equals("vera")) {
            throw new NotAllowedException("`" + reading.user() + "` is no auditor");
        }
        var page = recorded.deepCopy();
        return page.has("archived") ? page : page.put("archived", true);
    }

    void recorded(ObjectNode page) {
        recorded = page;
    }

    @Override
    public void close() {
        server.stop(0);
        issuer.close();
        try {
            if (Files.isDirectory(data)) {
                Files.writeString(data.resolve("closed"), "cleanly");
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
