package dev.sluicegate.local;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.sluicegate.cli.StackFactory;
import dev.sluicegate.contract.ToolOutcome;
import dev.sluicegate.local.demo.DemoCompany;
import dev.sluicegate.local.edge.EdgeSettings;
import dev.sluicegate.local.edge.HttpEdge;
import dev.sluicegate.local.idp.TokenOrder;
import dev.sluicegate.local.lambda.Invocation;
import dev.sluicegate.local.lambda.LocalFunction;
import dev.sluicegate.router.RouterFunction;
import dev.sluicegate.router.enforcement.ToolInvoker;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * What a governed call costs on this machine: {@code billing___get_invoice} by up to eight principals, with
 * the durable journal and with records kept in memory, through HTTP and past it. Runs take turns, so that
 * a machine that slows down slows all of them; CPU is that of the whole process less the callers' threads.
 */
public final class CallBench {
    private static final String TOOL = "billing___get_invoice";
    private static final int MAX_CONNECTIONS = 8;

    /** A caller of the bench is a loop, which is just what the standard limits stop. */
    private static final String UNLIMITED =
            "{\"principal\":{\"burst\":1000000,\"perMinute\":1000000},"
                    + "\"tool\":{\"burst\":1000000,\"perMinute\":1000000}}";

    /** Calls that wait for no table are so short that more of them are needed to see one. */
    private static final int MEMORY_FACTOR = 10;

    /** Turns that are counted, after one that is not. */
    private static final int TURNS = 5;

    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private static final Pattern CONTENT_LENGTH =
            Pattern.compile("(?i)\r\ncontent-length: *([0-9]{1,9})");

    private final StackFactory.Options options;
    private final int calls;

    /**
     * @param options of an ephemeral stack
     * @param calls per turn of each durable run; ten times as many where records stay in memory
     */
    public CallBench(StackFactory.Options options, int calls) {
        this.options = options;
        this.calls = calls;
    }

    /**
     * One line of the table; times per call, medians over the turns.
     *
     * @param path {@code http} through the edge, {@code handler} the router's handler called directly
     * @param audit {@code durable} or {@code memory}
     * @param cpuMs CPU of everything but the callers
     * @param cpuLowMs the smallest of the turns
     * @param cpuHighMs the largest of the turns
     */
    public record Figures(
            String path,
            String audit,
            int connections,
            double cpuMs,
            double cpuLowMs,
            double cpuHighMs,
            double p50Ms,
            double p99Ms,
            double callsPerSecond) {}

    private record Turn(double cpuMs, double p50Ms, double p99Ms, double callsPerSecond) {}

    /** One way to make calls; each connection has a caller of its own. */
    private interface Caller extends AutoCloseable {
        /**
         * @throws IllegalStateException if the answer is not the invoice
         */
        void call() throws IOException;

        @Override
        void close();
    }

    @FunctionalInterface
    private interface Callers {
        Caller open(int number) throws IOException;
    }

    private record Run(String path, String audit, int connections, Callers callers) {}

    /**
     * @param progress hears what is being done
     */
    public List<Figures> run(Consumer<String> progress) throws InterruptedException {
        try (var stack = LocalStack.start(options, _ -> {}, UNLIMITED)) {
            var memory = memory(stack);
            try (var edge = HttpEdge.start(memory, EdgeSettings.on(0), options.clock())) {
                var runs = new ArrayList<Run>();
                for (var connections : List.of(1, MAX_CONNECTIONS)) {
                    runs.add(
                            new Run(
                                    "handler",
                                    "memory",
                                    connections,
                                    n -> new HandlerCaller(memory, token(stack, n))));
                    runs.add(
                            new Run(
                                    "http",
                                    "memory",
                                    connections,
                                    n -> new HttpCaller(edge.port(), token(stack, n))));
                    runs.add(
                            new Run(
                                    "handler",
                                    "durable",
                                    connections,
                                    n -> new HandlerCaller(stack.router(), token(stack, n))));
                    runs.add(
                            new Run(
                                    "http",
                                    "durable",
                                    connections,
                                    n -> new HttpCaller(stack.mcp().getPort(), token(stack, n))));
                }
                return measure(runs, progress);
            }
        }
    }

    private List<Figures> measure(List<Run> runs, Consumer<String> progress)
            throws InterruptedException {
        var turns = new LinkedHashMap<Run, List<Turn>>();
        for (var turn = 0; turn <= TURNS; turn++) {
            for (var run : runs) {
                progress.accept(
                        (turn == 0 ? "warm-up" : "turn " + turn + " of " + TURNS)
                                + ": "
                                + run.path()
                                + ", audit "
                                + run.audit()
                                + ", "
                                + run.connections()
                                + " connections");
                var measured = turn(run);
                if (turn > 0) {
                    turns.computeIfAbsent(run, _ -> new ArrayList<>()).add(measured);
                }
            }
        }
        return turns.entrySet().stream().map(e -> figures(e.getKey(), e.getValue())).toList();
    }

    private Turn turn(Run run) throws InterruptedException {
        var each = calls * (run.audit().equals("memory") ? MEMORY_FACTOR : 1) / run.connections();
        var cpuBefore = PROCESS.getProcessCpuTime();
        var began = System.nanoTime();
        var nanos = new long[run.connections() * each];
        var callersCpu = 0L;
        // platform threads, whose CPU time can be told apart
        try (var threads = Executors.newFixedThreadPool(run.connections())) {
            var working = new ArrayList<Future<Long>>();
            for (var number = 0; number < run.connections(); number++) {
                var from = number * each;
                var mine = number;
                working.add(
                        threads.submit(() -> {
                            var cpu = ManagementFactory.getThreadMXBean();
                            var cpuAtStart = cpu.getCurrentThreadCpuTime();
                            try (var caller = run.callers().open(mine)) {
                                for (var i = 0; i < each; i++) {
                                    var start = System.nanoTime();
                                    caller.call();
                                    nanos[from + i] = System.nanoTime() - start;
                                }
                            }
                            return cpu.getCurrentThreadCpuTime() - cpuAtStart;
                        }));
            }
            for (var future : working) {
                var cpu = future.get();
                // past the edge the caller's thread does the router's work
                callersCpu += run.path().equals("http") ? cpu : 0;
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a call of the bench failed: " + e.getCause(), e);
        }
        var wall = System.nanoTime() - began;
        var cpu = PROCESS.getProcessCpuTime() - cpuBefore - callersCpu;
        Arrays.sort(nanos);
        return new Turn(
                cpu / 1e6 / nanos.length,
                nanos[nanos.length / 2] / 1e6,
                nanos[(int) (nanos.length * 0.99)] / 1e6,
                nanos.length / (wall / 1e9));
    }

    private static Figures figures(Run run, List<Turn> turns) {
        var cpu = turns.stream().mapToDouble(Turn::cpuMs).sorted().toArray();
        return new Figures(
                run.path(),
                run.audit(),
                run.connections(),
                cpu[cpu.length / 2],
                cpu[0],
                cpu[cpu.length - 1],
                median(turns.stream().mapToDouble(Turn::p50Ms).sorted().toArray()),
                median(turns.stream().mapToDouble(Turn::p99Ms).sorted().toArray()),
                median(turns.stream().mapToDouble(Turn::callsPerSecond).sorted().toArray()));
    }

    private static double median(double[] sorted) {
        return sorted[sorted.length / 2];
    }

    private static String token(LocalStack stack, int number) {
        var users = DemoCompany.users();
        var order = TokenOrder.of(users.get(number % users.size()).name());
        return stack.token(
                new TokenOrder(
                        order.user(),
                        List.of("support"),
                        order.client(),
                        order.scope(),
                        false,
                        order.ttl(),
                        null));
    }

    /** The router as it is, but for two parts: records stay in memory, and the tool is a function of this process. */
    private LocalFunction memory(LocalStack stack) {
        var real = stack.router();
        var answer =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("invoice_id", "INV-2001")
                        .put("customer_id", "C-1001")
                        .put("amount", new BigDecimal("4800"))
                        .put("currency", "EUR")
                        .put("status", "paid")
                        .put("refunded", BigDecimal.ZERO)
                        .put("refundable", new BigDecimal("4800"));
        ToolInvoker tools =
                call ->
                        new ToolInvoker.Invocation.Answered(
                                new ToolOutcome(
                                        ToolOutcome.Status.OK, null, answer.deepCopy(), null, null),
                                answer.toString().length(),
                                "in-process");
        var handler =
                new RouterFunction(
                        stack.routerEnvironment(),
                        MemoryDynamoDb.over(stack.operatorClient()),
                        stack.routerKms(), // the operator may not seal
                        stack.s3Client(),
                        stack.operatorSecrets(),
                        tools,
                        options.clock());
        return LocalFunction.of(real.name(), real.arn(), handler, real.timeout());
    }

    private static ObjectNode request() {
        var version = "2026-07-28";
        var body = JsonNodeFactory.instance.objectNode();
        body.put("jsonrpc", "2.0").put("id", 1).put("method", "tools/call");
        var params = body.putObject("params").put("name", TOOL);
        params.putObject("arguments").put("invoice_id", "INV-2001");
        var meta = params.putObject("_meta");
        meta.put("io.modelcontextprotocol/protocolVersion", version);
        meta.putObject("io.modelcontextprotocol/clientCapabilities");
        return body;
    }

    private static Map<String, String> headers(String token, int port) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("Host", "127.0.0.1:" + port);
        headers.put("Authorization", "Bearer " + token);
        headers.put("Content-Type", "application/json");
        headers.put("Accept", "application/json, text/event-stream");
        headers.put("MCP-Protocol-Version", "2026-07-28");
        headers.put("Mcp-Method", "tools/call");
        headers.put("Mcp-Name", TOOL);
        return headers;
    }

    /** The handler called directly, with the event that an HTTP API makes of the request. */
    private static final class HandlerCaller implements Caller {
        private final LocalFunction function;
        private final byte[] event;

        HandlerCaller(LocalFunction function, String token) {
            this.function = function;
            var json = JsonNodeFactory.instance.objectNode();
            json.put("version", "2.0").put("rawPath", "/mcp").put("rawQueryString", "");
            var lower = json.putObject("headers");
            headers(token, 443)
                    .forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
            var context = json.putObject("requestContext");
            context.put("stage", "$default");
            context.putObject("http")
                    .put("method", "POST")
                    .put("path", "/mcp")
                    .put("sourceIp", "127.0.0.1");
            json.put("body", request().toString()).put("isBase64Encoded", false);
            this.event = json.toString().getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public void call() {
            var answer = Invocation.run(function, function.arn(), event).payload();
            check(new String(answer, StandardCharsets.UTF_8), "\\\"isError\\\":true");
        }

        @Override
        public void close() {
            // nothing is open
        }
    }

    /** One connection that is kept; requests are bytes that were made before. */
    private static final class HttpCaller implements Caller {
        private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

        private final Socket socket;
        private final BufferedInputStream in;
        private final byte[] request;

        HttpCaller(int port, String token) throws IOException {
            socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
            var body = request().toString().getBytes(StandardCharsets.UTF_8);
            var head = new StringBuilder("POST /mcp HTTP/1.1\r\n");
            headers(token, port)
                    .forEach((name, value) ->
                            head.append(name).append(": ").append(value).append("\r\n"));
            head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
            var bytes = new ByteArrayOutputStream();
            bytes.writeBytes(head.toString().getBytes(StandardCharsets.US_ASCII));
            bytes.writeBytes(body);
            request = bytes.toByteArray();
        }

        @Override
        public void call() throws IOException {
            socket.getOutputStream().write(request);
            var head = new ByteArrayOutputStream();
            var matched = 0;
            while (matched < END_OF_HEAD.length) {
                var next = in.read();
                if (next < 0) {
                    throw new EOFException("the edge closed the connection");
                }
                head.write(next);
                matched = next == END_OF_HEAD[matched] ? matched + 1 : next == '\r' ? 1 : 0;
            }
            var length = CONTENT_LENGTH.matcher(head.toString(StandardCharsets.US_ASCII));
            if (!length.find()) {
                throw new IOException("no Content-Length: " + head);
            }
            var body = in.readNBytes(Integer.parseInt(length.group(1)));
            check(new String(body, StandardCharsets.UTF_8), "\"isError\":true");
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void check(String answer, String error) {
        if (!answer.contains("C-1001") || answer.contains(error)) {
            throw new IllegalStateException("not the invoice: " + answer);
        }
    }
}
