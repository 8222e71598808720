package dev.sluicegate.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluicegate.contract.Product;
import dev.sluicegate.local.ArchivedLog;
import dev.sluicegate.local.idp.TokenOrder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The stack as a process of its own, killed without warning while eight callers are at it, and started again
 * on the same data. What was answered is counted by the callers; what happened, in the journal, the archive
 * and the demo company's tables.
 */
class CrashIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String VERSION = "2026-07-28";

    /** A Monday morning: refunds wait for a working day. */
    private static final Instant MONDAY = Instant.parse("2026-11-23T10:00:00Z");

    private static final int CALLERS = 8;
    private static final List<String> USERS =
            List.of("ada", "ben", "olga", "otto", "dana", "lena", "vera", "petra");

    /** So many answers at least between two kills: a run in which nothing happens proves nothing. */
    private static final int PROGRESS = 12;

    /** Codes of a call that ran, or of none. */
    private static final Set<String> RAN = Set.of("", "tool_failed", "tool_timeout");

    /** The failure of a run can be repeated with its seed. */
    private static final long SEED = Long.getLong("crash.seed", 20261124L);

    @TempDir private Path home = Path.of("");

    private final Random random = new Random(SEED);
    private final Queue<Answered> answers = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();
    private final AtomicInteger lives = new AtomicInteger();
    private final List<Instant> kills = new ArrayList<>();
    private final AtomicInteger unanswered = new AtomicInteger();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port = freePorts();
    private final Instant begun = Instant.now();
    private final Map<String, String> tokens = new HashMap<>();
    private volatile boolean done;
    private volatile boolean up;
    private @Nullable Process process;

    /** A call that came back. */
    private record Answered(String tool, String callId, String code, int life, Instant at) {}

    @AfterEach
    void stop() throws InterruptedException {
        done = true;
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
        http.close();
    }

    @Test
    void nothingAnsweredIsLostWhenTheStackIsKilledThreeTimes() throws Exception {
        survives(3);
    }

    @Test
    @EnabledIfSystemProperty(named = "long", matches = "true")
    void nothingAnsweredIsLostWhenTheStackIsKilledTwentyTimes() throws Exception {
        survives(20);
    }

    private void survives(int kills) throws Exception {
        var checkout = Path.of("..").toAbsolutePath().normalize();
        for (var folder : List.of("infra-cdk", "policies")) {
            Files.createSymbolicLink(home.resolve(folder), checkout.resolve(folder));
        }
        start();
        for (var user : USERS) {
            tokens.put(user, new AdminClient(stack()).token(order(user)));
        }
        var callers = new ArrayList<Thread>();
        for (var i = 0; i < CALLERS; i++) {
            var seed = random.nextLong();
            callers.add(Thread.ofVirtual().name("caller-" + i).start(() -> call(new Random(seed))));
        }
        var starts = new ArrayList<Long>();
        for (var kill = 0; kill < kills; kill++) {
            awaitProgress();
            Thread.sleep(random.nextInt(50, 1_500));
            kill();
            if (kill == 0) {
                killBeforeItIsReady();
            }
            var restart = System.nanoTime();
            start();
            starts.add(Duration.ofNanos(System.nanoTime() - restart).toMillis());
        }
        awaitProgress();
        done = true;
        for (var caller : callers) {
            assertThat(caller.join(Duration.ofSeconds(60))).isTrue();
        }
        assertThat(faults).isEmpty();
        verify(kills, starts);
    }

    private void awaitProgress() throws InterruptedException {
        var goal = answers.size() + PROGRESS;
        for (var i = 0; answers.size() < goal || !ran(lives.get()); i++) {
            assertThat(i).as("answers since the start").isLessThan(6_000);
            assertThat(requireNonNull(process).isAlive()).isTrue();
            Thread.sleep(10);
        }
    }

    /** Whether a read and a write were answered and had run; refunds of a day are few. */
    private boolean ran(int life) {
        var tools =
                answers.stream()
                        .filter(a -> a.life() == life && a.code().isEmpty())
                        .map(Answered::tool)
                        .collect(Collectors.toSet());
        return tools.containsAll(Set.of("crm___get_customer", "mail___send"));
    }

    private void verify(int times, List<Long> starts) throws Exception {
        var stack = stack();
        try (var db = dynamoDb(stack);
                var s3 = s3(stack)) {
            var journal = items(db, "audit");
            var byCall = new HashMap<String, Set<String>>();
            journal.stream()
                    .filter(item -> text(item, "pk").matches("(call|exec)#.*"))
                    .forEach(item -> {
                        var pk = text(item, "pk");
                        byCall.merge(
                                pk.substring(pk.lastIndexOf('#') + 1),
                                Set.of(text(item, "kind")),
                                CrashIT::union);
                    });

            // every call that was answered is in the journal: with its beginning and its end, or as
            // refused
            for (var life = 0; life <= times; life++) {
                assertThat(ran(life)).as("calls ran in life %d", life).isTrue();
            }
            assertThat(answers)
                    .anyMatch(a -> a.tool().equals("billing___refund") && a.code().isEmpty());
            var lost = new ArrayList<String>();
            for (var answer : answers) {
                var kinds = byCall.getOrDefault(answer.callId(), Set.of());
                var owed =
                        RAN.contains(answer.code())
                                ? Set.of("INTENT", "OUTCOME")
                                // the journal was too slow to say what it did, and so was told
                                : answer.code().equals("audit_unavailable")
                                        ? Set.<String>of()
                                        : Set.of("DENIED");
                if (!kinds.containsAll(owed)) {
                    lost.add(answer + " has " + kinds + ", kills at " + kills);
                }
            }
            assertThat(lost).isEmpty();

            // no effect without an INTENT, and no effect of an answered call lost
            var effects = new ArrayList<String>();
            items(db, "demo-refunds").forEach(item -> effects.add(text(item, "sk")));
            items(db, "demo-mailbox").forEach(item -> effects.add(text(item, "callId")));
            assertThat(effects).isNotEmpty();
            for (var effect : effects) {
                assertThat(byCall.getOrDefault(effect, Set.of()))
                        .as("records of the call that had an effect")
                        .contains("INTENT", "EXEC");
            }
            assertThat(effects).doesNotHaveDuplicates();
            assertThat(
                            answers.stream()
                                    .filter(a -> !a.tool().equals("crm___get_customer"))
                                    .filter(a -> a.code().isEmpty())
                                    .map(Answered::callId))
                    .isSubsetOf(effects);

            // the archive is the journal, each record once
            var records = journal.stream().map(item -> text(item, "r")).toList();
            assertThat(archived(s3, records.size())).containsExactlyInAnyOrderElementsOf(records);
            var verified =
                    new Terminal(home)
                            .run(
                                    "audit",
                                    "verify",
                                    "--reconcile",
                                    "ddb",
                                    "--max-age", // the stack's clock was set to a working day
                                    "30d",
                                    "--data",
                                    home.resolve("data").toString());
            assertThat(verified).as("exit code of audit verify").isZero();
            report(times, starts, byCall, effects.size(), records.size());
        }
    }

    private void report(
            int kills,
            List<Long> starts,
            Map<String, Set<String>> byCall,
            int effects,
            int records) {
        var codes =
                answers.stream()
                        .collect(
                                Collectors.groupingBy(
                                        a -> a.code().isEmpty() ? "ok" : a.code(),
                                        Collectors.counting()));
        var unfinished =
                byCall.values().stream()
                        .filter(kinds -> kinds.contains("INTENT") && !kinds.contains("OUTCOME"))
                        .count();
        System.out.printf(
                Locale.ROOT,
                "CRASH seed=%d kills=%d callers=%d answered=%d %s unanswered=%d"
                        + " intents-without-outcome=%d effects=%d records=%d restart-ms=%s%n",
                SEED,
                kills,
                CALLERS,
                answers.size(),
                codes,
                unanswered.get(),
                unfinished,
                effects,
                records,
                starts);
    }

    private static Set<String> union(Set<String> one, Set<String> other) {
        var all = new HashSet<>(one);
        all.addAll(other);
        return all;
    }

    /** What is published, once there is as much as there are records, or at the end of a minute. */
    private static List<String> archived(S3Client s3, int records) throws InterruptedException {
        for (var i = 0; i < 120; i++) {
            var published = ArchivedLog.records(s3);
            if (published.size() >= records) {
                return published;
            }
            Thread.sleep(500);
        }
        return ArchivedLog.records(s3);
    }

    /** One caller: whatever it asks for, it writes down what came back. */
    private void call(Random dice) {
        while (!done) {
            if (!up) {
                sleep(20);
                continue;
            }
            var user = USERS.get(dice.nextInt(USERS.size()));
            var kind = dice.nextInt(3);
            var tool = List.of("crm___get_customer", "billing___refund", "mail___send").get(kind);
            var arguments =
                    switch (kind) {
                        case 0 -> "{\"customer_id\":\"C-100" + (1 + dice.nextInt(5)) + "\"}";
                        case 1 ->
                                "{\"invoice_id\":\"INV-200"
                                        + (1 + dice.nextInt(4))
                                        + "\",\"amount\":0.01,\"currency\":\"EUR\"}";
                        default -> "{\"to\":\"ben@example.com\",\"subject\":\"s\",\"body\":\"b\"}";
                    };
            try {
                answers.add(send(requireNonNull(tokens.get(user)), tool, arguments));
            } catch (IOException e) {
                unanswered.incrementAndGet(); // nobody knows, and nobody was promised anything
                sleep(50);
            } catch (InterruptedException e) {
                return;
            } catch (AssertionError | RuntimeException e) {
                faults.add(e);
                return;
            }
        }
    }

    private Answered send(String token, String tool, String arguments)
            throws IOException, InterruptedException {
        var body =
                ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"%s\","
                                + "\"arguments\":%s,\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"%s\","
                                + "\"io.modelcontextprotocol/clientCapabilities\":{}}}}")
                        .formatted(tool, arguments, VERSION);
        var response =
                http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/mcp"))
                                .timeout(Duration.ofSeconds(40))
                                .header("Authorization", "Bearer " + token)
                                .header("Content-Type", "application/json")
                                .header("MCP-Protocol-Version", VERSION)
                                .header("Mcp-Method", "tools/call")
                                .header("Mcp-Name", tool)
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        BodyHandlers.ofString());
        if (response.statusCode() == 429 || response.statusCode() >= 500) {
            throw new IOException("no answer but " + response.statusCode());
        }
        var result = JSON.readTree(response.body()).path("result");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(result.isObject()).as(response.body()).isTrue();
        return new Answered(
                tool,
                result.path("_meta").path(Product.META_CALL_ID).asText(),
                result.path("structuredContent").path("code").asText(),
                lives.get(),
                Instant.now());
    }

    private Process launch() throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-Dlauncher.home=" + home.toAbsolutePath());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Main.class.getName());
        command.addAll(
                List.of(
                        "up",
                        "--data",
                        home.resolve("data").toString(),
                        "--port",
                        Integer.toString(port),
                        "--clock",
                        MONDAY.plus(Duration.between(begun, Instant.now())).toString()));
        var started =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        process = started;
        return started;
    }

    /** Starts it and returns at its ready line; nothing is repaired, deleted or asked. */
    private void start() throws IOException {
        var started = launch();
        var reader =
                new BufferedReader(
                        new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
        var said = new ArrayList<String>();
        for (var line = reader.readLine(); line != null; line = reader.readLine()) {
            said.add(line);
            if (line.startsWith(Product.NAME + " ready ")) {
                up = true;
                return;
            }
        }
        throw new IllegalStateException("the stack did not start: " + said);
    }

    /** In the middle of opening files, seeding, publishing and catching up: nothing was answered yet. */
    private void killBeforeItIsReady() throws IOException, InterruptedException {
        var starting = launch();
        assertThat(starting.waitFor(random.nextInt(1_500, 4_000), TimeUnit.MILLISECONDS)).isFalse();
        destroy(starting);
    }

    /** SIGKILL: no hook runs, nothing is flushed. */
    private void kill() throws InterruptedException {
        up = false;
        destroy(requireNonNull(process));
        lives.incrementAndGet();
    }

    private void destroy(Process killed) throws InterruptedException {
        kills.add(Instant.now());
        killed.destroyForcibly();
        assertThat(killed.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(killed.exitValue()).isEqualTo(128 + 9);
    }

    private StackFile stack() {
        return StackFile.read(Workspace.stackFileIn(home.resolve("data"))).orElseThrow();
    }

    private static TokenOrder order(String user) {
        return new TokenOrder(
                user,
                List.of("support"),
                "crash-test",
                TokenOrder.ALL_SCOPES,
                false,
                Duration.ofHours(8),
                null);
    }

    private static List<Map<String, AttributeValue>> items(DynamoDbClient db, String table) {
        return db
                .scanPaginator(
                        r -> r.tableName(Product.resource("dev", table)).consistentRead(true))
                .items()
                .stream()
                .toList();
    }

    private static DynamoDbClient dynamoDb(StackFile stack) {
        return DynamoDbClient.builder()
                .region(Region.EU_CENTRAL_1)
                .endpointOverride(URI.create(stack.awsEndpoint()))
                .credentialsProvider(credentials(stack))
                .httpClientBuilder(AwsCrtHttpClient.builder())
                .build();
    }

    private static S3Client s3(StackFile stack) {
        return S3Client.builder()
                .region(Region.EU_CENTRAL_1)
                .endpointOverride(URI.create(stack.awsEndpoint()))
                .forcePathStyle(true)
                .credentialsProvider(credentials(stack))
                .httpClientBuilder(AwsCrtHttpClient.builder())
                .build();
    }

    private static StaticCredentialsProvider credentials(StackFile stack) {
        return StaticCredentialsProvider.create(
                AwsBasicCredentials.create(
                        stack.operatorAccessKeyId(), stack.operatorSecretAccessKey()));
    }

    private static String text(Map<String, AttributeValue> item, String attribute) {
        return requireNonNull(item.get(attribute), attribute).s();
    }

    private static void sleep(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One for the gate and the next for the issuer, after whose address principals are named. */
    private static int freePorts() {
        for (var i = 0; i < 50; i++) {
            try (var gate = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    var issuer =
                            new ServerSocket(
                                    gate.getLocalPort() + 1, 1, InetAddress.getLoopbackAddress())) {
                return issuer.getLocalPort() - 1;
            } catch (IOException e) {
                // taken: another pair
            }
        }
        throw new IllegalStateException("no two free ports in a row");
    }
}
