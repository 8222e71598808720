package dev.sluicegate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the README, each a process of its own, against a real stack in another. */
class RealStackIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A checkout of its own for what a stack leaves behind, so that nobody's running stack is touched. */
    @TempDir private static Path home = Path.of("");

    private static @Nullable Process stack;
    private static final List<String> START = new ArrayList<>();

    @BeforeAll
    static void up() throws IOException {
        var checkout = Path.of("..").toAbsolutePath().normalize();
        for (var folder : List.of("infra-cdk", "policies")) {
            Files.createSymbolicLink(home.resolve(folder), checkout.resolve(folder));
        }
        var started = start("up", "--ephemeral", "--port", "0", "--clock", "2026-11-23T10:00:00Z");
        stack = started;
        var reader =
                new BufferedReader(
                        new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
        for (var line = reader.readLine(); line != null; line = reader.readLine()) {
            START.add(line);
            if (line.startsWith("sluicegate ready ")) {
                return;
            }
        }
        throw new IllegalStateException("the stack did not start: " + START);
    }

    @AfterAll
    static void down() throws InterruptedException {
        if (stack != null) {
            stack.destroy();
            if (!stack.waitFor(20, TimeUnit.SECONDS)) {
                stack.destroyForcibly();
            }
        }
    }

    @Test
    void theStartEndsWithTheReadyLineAfterIssuerTokenAndConfigurations() {
        assertThat(START.getLast())
                .matches("sluicegate ready mcp=http://127\\.0\\.0\\.1:[0-9]+/mcp");
        assertThat(START)
                .anyMatch(line -> line.startsWith("issuer"))
                .anyMatch(line -> line.contains("eyJ"))
                .anyMatch(line -> line.contains("mcp-remote@"));
    }

    @Test
    void aCallIsMadeAndItsTraceTellsTheStory() throws Exception {
        var call =
                run("call", "crm___get_customer", "{\"customer_id\":\"C-1001\"}", "--user", "ada");
        var trace = run("trace", "--last", "-o", "json");

        assertThat(call.code()).isZero();
        assertThat(call.out()).contains("C-1001");
        assertThat(trace.code()).isZero();
        var story = trace.json();
        assertThat(story.path("tool").toString()).contains("crm___get_customer");
        assertThat(story.path("decision").path("outcome").asText()).isEqualTo("permit");
        assertThat(story.path("session").path("role").asText()).contains("data-crm-get-customer");
    }

    @Test
    void aRefusalExitsWithOneAndSaysWhy() throws Exception {
        var call =
                run(
                        "call",
                        "crm___get_customer",
                        "{\"customer_id\":\"C-1001\"}",
                        "--user",
                        "mallory",
                        "-o",
                        "json");

        assertThat(call.code()).isEqualTo(ExitCode.NO);
        assertThat(call.json().path("isError").asBoolean()).isTrue();
        assertThat(call.json().path("structuredContent").path("code").asText()).isEqualTo("denied");
        var trace =
                run(
                        "trace",
                        call.json().path("structuredContent").path("callId").asText(),
                        "-o",
                        "json");
        assertThat(trace.json().path("decision").path("outcome").asText()).isEqualTo("deny");
    }

    @Test
    void aRefusalNamesTheCommandThatExplainsIt() throws Exception {
        var call =
                run("call", "billing___refund", "{\"invoice_id\":\"INV-1\"}", "--user", "mallory");

        assertThat(call.code()).isEqualTo(ExitCode.NO);
        assertThat(why(call)).isZero();
    }

    @Test
    void aToolThatThereIsNotIsARefusalWithARecordAndTheCommandThatExplainsIt() throws Exception {
        var call = run("call", "billing___refnd", "{}", "--user", "ada");
        var data = run("call", "billing___refnd", "{}", "--user", "ada", "-o", "json");

        assertThat(call.code()).isEqualTo(ExitCode.NO);
        assertThat(call.out()).isEqualTo("error -32602: unknown tool `billing___refnd`\n");
        assertThat(why(call)).isZero();
        assertThat(data.json().path("code").asInt()).isEqualTo(-32602);
        assertThat(why(data)).isZero();
    }

    /** Runs the command that a refusal prints, as printed. */
    private static int why(Ran refused) throws IOException, InterruptedException {
        var line =
                Pattern.compile("why: {2}\\./sluicegate (trace [0-9A-Z]{26})")
                        .matcher(refused.err());
        assertThat(line.find()).as(refused.err()).isTrue();
        return run(line.group(1).split(" ", -1)).code();
    }

    @Test
    void aTokenThatIsNoneIsRefusedWithItsReasonByCallAndByWhoami() throws Exception {
        var token = Map.of(CallerSelection.TOKEN_VARIABLE, "garbage");

        var call = run(token, "call", "crm___get_customer", "{}");
        var whoami = run(token, "whoami");

        assertThat(call.code()).isEqualTo(ExitCode.NO);
        assertThat(call.err()).contains("next: ").doesNotContain("why:");
        assertThat(whoami.code()).isEqualTo(ExitCode.NO);
        assertThat(whoami.err())
                .contains("the access token is refused: it is not a signed token (401)");
    }

    @Test
    void aRefundAboveTheLimitAnswersThatItNeedsApproval() throws Exception {
        var call =
                run(
                        "call",
                        "billing___refund",
                        "{\"invoice_id\":\"INV-2001\",\"amount\":900,\"currency\":\"EUR\"}",
                        "--user",
                        "ada",
                        "-o",
                        "json");

        assertThat(call.json().path("structuredContent").path("code").asText())
                .isEqualTo("approval_required");
    }

    @Test
    void theDemoEndsAsItTellsAndEachOfItsCallsHasARecord() throws Exception {
        var demo = run("demo");

        assertThat(demo.code()).as(demo.out() + demo.err()).isZero();
        assertThat(demo.out())
                .contains("crm___get_customer   INTENT OUTCOME")
                .contains("mail___send   DENIED")
                .contains("billing___refund   DENIED")
                .contains("no   This conversation has touched PII")
                .contains("no   Refunds up to 5000 EUR need a billing lead's approval")
                .contains("archived in tlog/")
                .doesNotContain("not archived yet")
                .containsPattern("\\./sluicegate trace [0-9A-Z]{26}");
    }

    @Test
    void theDemoIsDataToo() throws Exception {
        var steps = run("demo", "-o", "json").json();

        assertThat(steps).hasSize(3);
        assertThat(steps).allMatch(step -> step.path("asTold").asBoolean());
        assertThat(steps).allMatch(step -> step.path("trace").path("archive").isObject());
    }

    @Test
    void aCallerSeesWhomTheGatewayTakesThemForAndWhatTheyAreOffered() throws Exception {
        var ada = run("whoami", "--user", "ada", "--mfa", "-o", "json").json();
        var mallory = run("whoami", "--user", "mallory");

        assertThat(ada.path("roles").toString()).isEqualTo("[\"support\"]");
        assertThat(ada.path("mfa").asBoolean()).isTrue();
        assertThat(ada.path("tools").toString())
                .contains("billing___get_invoice", "crm___get_customer", "mail___send");
        assertThat(mallory.code()).isZero();
        assertThat(mallory.out()).contains("none: nothing is permitted").contains("tools     none");
    }

    @Test
    void anInvoiceIsReadAndKeepsFinancialDataInside() throws Exception {
        var invoice =
                run(
                        "call",
                        "billing___get_invoice",
                        "{\"invoice_id\":\"INV-2005\"}",
                        "--client",
                        "ledger",
                        "-o",
                        "json");
        var mail =
                run(
                        "call",
                        "mail___send",
                        "{\"to\":\"eve@evil.test\",\"subject\":\"s\",\"body\":\"b\"}",
                        "--client",
                        "ledger",
                        "-o",
                        "json");

        assertThat(invoice.json().path("structuredContent").path("refundable").decimalValue())
                .isEqualByComparingTo("1080");
        assertThat(mail.json().toString()).contains("has touched financial data");
    }

    @Test
    void aTokenIsMintedForAnUserAndRefusedForNobody() throws Exception {
        assertThat(run("token", "--user", "ada").out().strip()).startsWith("eyJ");
        assertThat(run("token", "--user", "nobody").code()).isNotZero();
    }

    @Test
    void policiesThatMustNotBePublishedAreNamed() throws Exception {
        var broken = Files.createTempDirectory("broken");
        Files.writeString(
                broken.resolve("x.cedar"),
                "@id(\"x\") permit (principal, action, resource) when {");

        var publish = run("policy", "publish", broken.toString());

        assertThat(publish.code()).isEqualTo(ExitCode.NO);
        assertThat(publish.out() + publish.err()).contains("x.cedar");
    }

    @Test
    void statusAndDoctorFindTheStackWell() throws Exception {
        assertThat(run("status").code()).isZero();
        assertThat(run("doctor").code()).isZero();
    }

    private record Ran(int code, String out, String err) {
        JsonNode json() throws IOException {
            return JSON.readTree(out);
        }
    }

    private static Ran run(String... arguments) throws IOException, InterruptedException {
        return run(Map.of(), arguments);
    }

    private static Ran run(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        var process = start(environment, arguments);
        process.getOutputStream().close();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        var err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), out, err);
    }

    private static Process start(String... arguments) throws IOException {
        return start(Map.of(), arguments);
    }

    private static Process start(Map<String, String> environment, String... arguments)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.add("-Dlauncher.home=" + home.toAbsolutePath());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Main.class.getName());
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.PIPE);
        builder.environment().putAll(environment);
        return builder.start();
    }
}
