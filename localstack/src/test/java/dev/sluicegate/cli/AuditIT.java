package dev.sluicegate.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.audit.Journal;
import dev.sluicegate.contract.Product;
import dev.sluicegate.local.ArchivedLog;
import dev.sluicegate.local.LocalStack;
import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.JournalKeys;
import dev.sluicegate.record.RecordKind;
import dev.sluicegate.record.Ulid;
import dev.sluicegate.record.WriterChain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.s3.S3Client;

/** The audit log of a real stack: verified, copied, proven, swept, attacked. */
class AuditIT {
    private static final String AUDIT = Product.resource("dev", "audit");
    private static final String LOOKUP = "{\"customer_id\":\"C-1001\"}";

    @TempDir private static Path home = Path.of("");

    private static @Nullable LocalStack stack;
    private static @Nullable AdminEndpoint admin;
    private static @Nullable DynamoDbClient db;
    private static @Nullable S3Client s3;

    @BeforeAll
    static void up() throws Exception {
        var checkout = Path.of("..").toAbsolutePath().normalize();
        var data = Files.createDirectories(home.resolve("data"));
        var started =
                LocalStack.start(
                        new StackFactory.Options(
                                checkout,
                                0,
                                0,
                                data,
                                true,
                                Optional.empty(),
                                "dev",
                                false,
                                Clock.systemUTC()),
                        _ -> {});
        stack = started;
        var endpoint = new AdminEndpoint(started, () -> {});
        admin = endpoint;
        new Terminal(home).announce(started, endpoint, data);
        var credentials =
                StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(
                                started.operatorKey().accessKeyId(),
                                started.operatorKey().secretAccessKey()));
        db =
                DynamoDbClient.builder()
                        .endpointOverride(started.awsEndpoint())
                        .region(Region.EU_CENTRAL_1)
                        .credentialsProvider(credentials)
                        .httpClientBuilder(AwsCrtHttpClient.builder())
                        .build();
        s3 =
                S3Client.builder()
                        .endpointOverride(started.awsEndpoint())
                        .region(Region.EU_CENTRAL_1)
                        .credentialsProvider(credentials)
                        .forcePathStyle(true)
                        .httpClientBuilder(AwsCrtHttpClient.builder())
                        .build();
    }

    @AfterAll
    static void down() {
        if (db != null) {
            db.close();
        }
        if (s3 != null) {
            s3.close();
        }
        if (admin != null) {
            admin.close();
        }
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    void everyCallIsProvableOfflineAndWhatIsDoneToTheLogIsFound() throws Exception {
        var lookup = call("ada", "crm___get_customer", LOOKUP);
        call("mallory", "crm___get_customer", LOOKUP);
        var refund =
                call(
                        "ada",
                        "billing___refund",
                        "{\"invoice_id\":\"INV-2001\",\"amount\":5,\"currency\":\"EUR\"}");
        var died = diedAfterItsIntent(lookup);
        archived(refund);

        // the log of the running stack, and its end of the call that nobody ended
        var later = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(5));
        assertThat(ArchivedLog.sweep(requireNonNull(stack), later)).contains("\"orphans\":\"1\"");
        awaitRecord("\"kind\":\"HEARTBEAT\"");
        awaitRecord("\"kind\":\"ORPHAN\"");
        var state = home.resolve("state.json").toString();
        var verified = run("audit", "verify", "--reconcile", "ddb", "--state", state, "-o", "json");
        assertThat(verified.code()).as(verified.out() + verified.err()).isZero();
        assertThat(verified.json().path("calls").asInt()).isGreaterThanOrEqualTo(4);
        assertThat(verified.json().path("findings")).isEmpty();
        var orphan =
                ArchivedLog.records(s3()).stream()
                        .filter(record -> record.contains("\"kind\":\"ORPHAN\""))
                        .toList();
        assertThat(orphan).singleElement().asString().contains(died, "\"status\":\"unknown\"");

        // a copy, without the stack
        var copy = home.resolve("copy").toString();
        var vkey = run("audit", "vkey").out().strip();
        assertThat(vkey).startsWith(Product.NAME + "-dev/audit/");
        assertThat(run("audit", "export", "--to", copy).code()).isZero();
        var offline = run("audit", "verify", "--dir", copy, "--vkey", vkey, "--state", state);
        assertThat(offline.code()).as(offline.out() + offline.err()).isZero();
        assertThat(run("audit", "verify", "--dir", copy).code()).isEqualTo(ExitCode.USAGE);

        // one call, with the key and nothing else
        var proof = home.resolve("call.proof").toString();
        assertThat(run("audit", "prove", refund, "--to", proof).code()).isZero();
        assertThat(Files.size(Path.of(proof))).isLessThan(8_000);
        var proven = run("audit", "check-proof", proof, "--vkey", vkey, "-o", "json");
        assertThat(proven.code()).as(proven.err()).isZero();
        assertThat(proven.json().path("records"))
                .extracting(record -> record.path("kind").asText())
                .containsExactlyInAnyOrder("INTENT", "EXEC", "OUTCOME");
        Files.writeString(
                Path.of(proof),
                Files.readString(Path.of(proof))
                        .replaceFirst("billing___refund", "billing___refuns"));
        assertThat(run("audit", "check-proof", proof, "--vkey", vkey).code())
                .isEqualTo(ExitCode.TAMPERED);
        assertThat(run("audit", "prove", "01ARZ3NDEKTSV4RRFFQ69G5FAV").code())
                .isEqualTo(ExitCode.NO);

        // a byte of the copy
        var bundle = lastBundle(Path.of(copy));
        var bytes = Files.readAllBytes(bundle);
        bytes[bytes.length / 2] ^= 1;
        Files.write(bundle, bytes);
        var tampered =
                run(
                        "audit", "verify", "--dir", copy, "--vkey", vkey, "--state", state, "-o",
                        "json");
        assertThat(tampered.code()).isEqualTo(ExitCode.TAMPERED);
        assertThat(tampered.json().path("findings").toString())
                .contains(Path.of(copy).relativize(bundle).toString());

        // a record of the journal
        var item = intent(lookup);
        item.put("r", AttributeValue.fromS("{}"));
        db().putItem(put -> put.tableName(AUDIT).item(item));
        awaitRecord("\"kind\":\"TAMPER\"");
        var overwritten = run("audit", "verify");
        assertThat(overwritten.code()).isEqualTo(ExitCode.TAMPERED);
        assertThat(overwritten.out()).contains("TAMPERING JOURNAL_OVERWRITTEN");
    }

    @Test
    void withoutAStackThereIsNothingToVerify() {
        assertThat(new Terminal(home.resolve("nowhere")).run("audit", "verify"))
                .isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run("audit", "verify", "--dir", "nowhere", "--vkey", "x").code())
                .isEqualTo(ExitCode.USAGE);
        assertThat(run("audit").code()).isEqualTo(ExitCode.USAGE);
    }

    /** A router that was killed ten minutes ago: an intent as any other, and nothing behind it. */
    private static String diedAfterItsIntent(String like) {
        var before = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-10));
        var call = Ulid.next(before);
        var text = requireNonNull(intent(like).get("r")).s();
        var intent = AuditRecord.read(text.getBytes(StandardCharsets.UTF_8));
        var decided = requireNonNull(intent.decision());
        new Journal(db(), AUDIT, "router:killed", before)
                .append(
                        writer ->
                                new AuditRecord(
                                        AuditRecord.VERSION,
                                        Ulid.next(before),
                                        RecordKind.INTENT,
                                        WriterChain.timestamp(before.instant()),
                                        writer,
                                        intent.tenant(),
                                        call,
                                        intent.chain(),
                                        null,
                                        null,
                                        intent.rpc(),
                                        intent.who(),
                                        intent.intent(),
                                        intent.tool(),
                                        intent.args(),
                                        new AuditRecord.Decision(
                                                decided.outcome(),
                                                decided.policies(),
                                                decided.set(),
                                                decided.rev(),
                                                decided.reasons(),
                                                null,
                                                null),
                                        null,
                                        intent.labels(),
                                        null,
                                        null,
                                        null,
                                        null,
                                        null,
                                        null),
                        JournalKeys.call(intent.tenant(), call),
                        JournalKeys.INTENT,
                        List.of());
        awaitRecord(call);
        return call;
    }

    private static Path lastBundle(Path copy) throws IOException {
        try (var files = Files.walk(copy)) {
            return files.filter(file -> file.toString().contains("/tile/entries/"))
                    .sorted()
                    .toList()
                    .getLast();
        }
    }

    private static void awaitRecord(String text) {
        for (var i = 0; i < 300; i++) {
            if (ArchivedLog.records(s3()).stream().anyMatch(record -> record.contains(text))) {
                return;
            }
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        throw new AssertionError("no record with " + text + " was archived");
    }

    private static Map<String, AttributeValue> intent(String callId) {
        return new HashMap<>(
                db().getItem(get ->
                                get.tableName(AUDIT)
                                        .key(
                                                Map.of(
                                                        "pk",
                                                        AttributeValue.fromS("call#demo#" + callId),
                                                        "sk",
                                                        AttributeValue.fromS(JournalKeys.INTENT)))
                                        .consistentRead(true))
                        .item());
    }

    private static String call(String user, String tool, String arguments) throws IOException {
        var ran = run("call", tool, arguments, "--user", user, "-o", "json");
        return ran.json().at("/_meta/dev.sluicegate~1callId").asText();
    }

    private static void archived(String callId) {
        assertThat(run("trace", callId, "--wait", "30s", "-o", "json").out()).contains("tlog/");
    }

    private static DynamoDbClient db() {
        return requireNonNull(db);
    }

    private static S3Client s3() {
        return requireNonNull(s3);
    }

    private record Ran(int code, String out, String err) {
        JsonNode json() throws IOException {
            return OutputFormat.JSON.readTree(out);
        }
    }

    private static Ran run(String... arguments) {
        var terminal = new Terminal(home);
        var code = terminal.run(arguments);
        return new Ran(code, terminal.out(), terminal.err());
    }
}
