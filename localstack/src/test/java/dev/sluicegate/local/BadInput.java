package dev.sluicegate.local;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.ECKey;
import dev.sluicegate.cli.StackFactory;
import dev.sluicegate.contract.Product;
import dev.sluicegate.local.hostile.Misbehave;
import dev.sluicegate.local.idp.TokenOrder;
import dev.sluicegate.specification.SpecificationSchemas;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the tables of bad input share: the stack that they are sent to, and good requests to be spoilt. */
final class BadInput {
    static final String MODERN = "2026-07-28";
    static final String TOOL = "test___misbehave";

    /** In every request, and in no record: what a stranger sends is not kept. */
    static final String CANARY = "canary-7f3a";

    static final int MAX_BODY = 1024 * 1024;
    static final int MAX_ARGUMENTS = 256 * 1024;

    static final MovableClock CLOCK = new MovableClock(Instant.parse("2026-11-23T10:00:10Z"));

    private static @Nullable LocalStack running;
    private static @Nullable ECKey key;
    private static @Nullable JournalReader journal;

    private BadInput() {}

    static void up(Path folder) throws IOException, ParseException {
        var assembly =
                Assembly.in(folder.resolve("home"))
                        .withTool(TOOL, Misbehave.class, 2)
                        .withPolicy(
                                "misbehave",
                                """
                                @id("grant-misbehave")
                                @reason("Support may try what a broken tool does")
                                permit (principal in Mcp::Role::"support", action == Mcp::Action::"test___misbehave", resource);
                                """);
        var data = folder.resolve("data");
        var stack =
                LocalStack.start(
                        new StackFactory.Options(
                                assembly.home(),
                                0,
                                0,
                                data,
                                false,
                                Optional.empty(),
                                "dev",
                                false,
                                CLOCK),
                        _ -> {});
        running = stack;
        journal = new JournalReader(stack);
        key = ECKey.parse(Files.readString(data.resolve("issuer").resolve("issuer-key.json")));
        send(list()); // opens the journal's writer
    }

    static void down() {
        if (running != null) {
            running.close();
        }
    }

    static LocalStack stack() {
        return requireNonNull(running);
    }

    static ECKey issuerKey() {
        return requireNonNull(key);
    }

    /** What was recorded since the last time this was asked, in the order of the ids; writers aside. */
    static List<String> news() throws IOException {
        return requireNonNull(journal).news();
    }

    static List<String> records() {
        return requireNonNull(journal).records();
    }

    /** Has everything recorded that was only counted, so that the next refusal is the first of its minute. */
    static void settle() throws IOException {
        CLOCK.forward(Duration.ofMinutes(1));
        send(list().without("Authorization"));
        CLOCK.forward(Duration.ofMinutes(1));
        news();
    }

    static BadRow refusal(
            String name, RawCall call, int status, String code, String message, Leaves leaves) {
        return new BadRow(name, call, status, code, message, leaves);
    }

    static Leaves counted(String reason) {
        return denied("mcp", "denied", reason); // of somebody who is known
    }

    static Leaves denied(String stage, String code, String reason) {
        return new Leaves.Denied(stage, code, reason);
    }

    static RawCall list() {
        return RawCall.modern("tools/list", null, "");
    }

    static RawCall misbehave(String arguments) {
        var call =
                RawCall.modern(
                        "tools/call", TOOL, "\"name\":\"" + TOOL + "\",\"arguments\":" + arguments);
        if (arguments.contains("\"region\":\"eu\"")) {
            call = call.with("Mcp-Param-Region", "eu");
        }
        if (arguments.contains("\"count\":")) {
            call = call.with("Mcp-Param-Count", arguments.replaceAll(".*\"count\":(\\d+).*", "$1"));
        }
        return call;
    }

    static String sentinel(String value) {
        return "=?base64?"
                + Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))
                + "?=";
    }

    static String bearer(String scope) {
        return "Bearer " + stack().token(TokenOrder.of("ada").withScope(scope));
    }

    static Wire.Reply send(RawCall call) throws IOException {
        var reply = Wire.send(stack().mcp().getPort(), call.bytes());
        check(call, reply);
        return reply;
    }

    /** Errors, too, are messages of the specification. */
    private static void check(RawCall call, Wire.Reply reply) throws IOException {
        if (!reply.headers().getOrDefault("content-type", "").equals("application/json")
                || !reply.json().has("jsonrpc")) {
            return; // of the front door
        }
        var message = reply.json();
        var legacy = call.headers().getOrDefault("MCP-Protocol-Version", () -> "").get();
        // what answers no request in particular is of the newest version
        var version =
                message.has("id") && SpecificationSchemas.VERSIONS.contains(legacy)
                        ? legacy
                        : SpecificationSchemas.MODERN;
        SpecificationSchemas.installed()
                .ifPresent(schemas ->
                        assertThat(schemas.objections(version, call.stated(), message))
                                .as("%s: %s", version, message)
                                .isEmpty());
    }

    static String code(Wire.Reply reply) throws IOException {
        var json = reply.json();
        return json.path("error").isObject()
                ? json.path("error").path("code").asText()
                : json.path("result").path("structuredContent").path("code").asText();
    }

    static String message(Wire.Reply reply) throws IOException {
        var json = reply.json();
        if (json.path("error").isObject()) {
            return json.path("error").path("message").asText();
        }
        if (json.has("result")) {
            return json.path("result").path("structuredContent").path("message").asText();
        }
        return json.has("message") ? json.path("message").asText() : json.path("error").asText();
    }

    static String callId(Wire.Reply reply) throws IOException {
        var json = reply.json();
        var of = json.has("result") ? json.path("result") : json.path("error").path("data");
        return of.path("_meta").path(Product.META_CALL_ID).asText();
    }
}
