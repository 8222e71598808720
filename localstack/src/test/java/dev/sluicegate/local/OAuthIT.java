package dev.sluicegate.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.Product;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Logging in from nothing but the gateway's URL, with an authorization server and clients that are not
 * ours: npm {@code oidc-provider}, the TypeScript client, {@code mcpdo}. Nobody registers anything by hand,
 * and there is no browser but a follower of redirects.
 */
class OAuthIT {
    private static final String READ = "crm___get_customer";
    private static final String WRITE = "billing___refund";
    private static final String GUARDED = "mail___send";

    private static final String CUSTOMER = "{\"customer_id\":\"C-1001\"}";
    private static final String REFUND =
            "{\"invoice_id\":\"INV-2001\",\"amount\":5,\"currency\":\"EUR\"}";
    private static final String MAIL =
            "{\"to\":\"ben@example.com\",\"subject\":\"s\",\"body\":\"b\"}";

    /** What the provider calls a login with two factors. */
    private static final String STRONG = "urn:example:two-factors";

    /** Lets mail out only after a fresh login with a second factor, on any day of the week. */
    private static final String STEP_UP =
            """
            @id("mail-needs-a-fresh-login")
            @reason("Mail needs a second factor within the last five minutes")
            forbid (principal, action == Mcp::Action::"mail___send", resource)
            unless { context.session.mfa && context.session.authAgeSec < 300 };
            """;

    @TempDir private static Path home;

    private static Clients.Server provider;
    private static LocalStack stack;

    @BeforeAll
    static void up() throws IOException {
        Clients.assumeInstalled();
        var port = Stacks.freePort();
        var mcpPort = Stacks.freePort();
        var mcp = "http://127.0.0.1:" + mcpPort + "/mcp";
        provider = Clients.serve("provider.mjs", Integer.toString(port), mcp);
        stack = Stacks.with(mcpPort, OAuthIT::providerFirst, Clock.systemUTC());
        stack.publish(policies());
        // the first call reads keys and secrets, which on a busy machine may take longer than it
        // may
        Stacks.as(stack, "ada").call(READ, "{\"customer_id\":\"C-1002\"}");
    }

    private static ArrayNode providerFirst(ArrayNode ours) {
        var theirs = ours.objectNode();
        theirs.put("issuer", provider.firstLine()).put("tenant", "demo");
        theirs.putArray("stepUp").add(STRONG);
        return ours.insert(0, theirs);
    }

    private static Path policies() throws IOException {
        var folder = Files.createDirectories(home.resolve("policies"));
        try (var files = Files.list(Stacks.home().resolve("policies/baseline"))) {
            for (var file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        var refunds = folder.resolve("refunds.cedar");
        var text = Files.readString(refunds);
        // refunds wait for a working day, and this test does not
        Files.writeString(refunds, text.substring(0, text.indexOf("@id(\"no-refund-weekend\")")));
        Files.writeString(folder.resolve("step-up.cedar"), STEP_UP);
        return folder;
    }

    @AfterAll
    static void down() {
        if (stack != null) {
            stack.close();
        }
        if (provider != null) {
            provider.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "legacy", "modern"})
    void aClientLogsInStepsUpInScopeAndCalls(String mode) throws IOException {
        var answer = login(mode, false, call(READ, CUSTOMER), call(WRITE, REFUND));

        assertThat(answer.path("error").isMissingNode()).as(answer.toPrettyString()).isTrue();
        assertThat(answer.path("results").path(0).path("structuredContent").path("customer_id"))
                .hasToString("\"C-1001\"");
        assertThat(answer.path("results").path(1).path("isError").asBoolean())
                .as(answer.path("results").toString())
                .isFalse();
        var first = challenges(answer).getFirst();
        assertThat(first.path("status").asInt()).isEqualTo(401);
        assertThat(first.path("challenge").asText())
                .isEqualTo(
                        "Bearer resource_metadata=\""
                                + origin()
                                + "/.well-known/oauth-protected-resource/mcp\","
                                + " scope=\"tools:read tools:write tools:destructive\"");
        var logins = answer.path("logins");
        assertThat(logins).hasSize(2);
        assertThat(logins.path(0).path("resource").asText()).isEqualTo(stack.mcp().toString());
        assertThat(logins.path(0).path("code_challenge_method").asText()).isEqualTo("S256");
        assertThat(logins.path(0).path("iss").asText()).isEqualTo(provider.firstLine());
    }

    @Test
    void aMissingScopeIsA403ThatNamesAllScopesOfTheCall() throws IOException {
        var answer = login("modern", false, call(WRITE, REFUND));

        var scope = challenges(answer).getLast();
        assertThat(scope.path("status").asInt()).isEqualTo(403);
        assertThat(scope.path("challenge").asText())
                .isEqualTo(
                        "Bearer error=\"insufficient_scope\", scope=\"tools:write\","
                                + " resource_metadata=\""
                                + origin()
                                + "/.well-known/oauth-protected-resource/mcp\"");
        assertThat(scope.path("body").path("error").path("data").path("challenge"))
                .isEqualTo(scope.path("challenge"));
    }

    @Test
    void aLoginThatIsTooWeakIsA401ThatSaysWhichWouldDo() throws IOException {
        var answer = login("modern", false, call(GUARDED, MAIL));

        assertThat(answer.path("error").isMissingNode()).as(answer.toPrettyString()).isTrue();
        var weak = challenges(answer).getLast();
        assertThat(weak.path("status").asInt()).isEqualTo(401);
        assertThat(weak.path("challenge").asText())
                .isEqualTo(
                        "Bearer error=\"insufficient_user_authentication\", error_description=\"a"
                                + " fresh, stronger authentication is needed\", acr_values=\""
                                + STRONG
                                + "\", scope=\"tools:read tools:write"
                                + " tools:destructive\", resource_metadata=\""
                                + origin()
                                + "/.well-known/oauth-protected-resource/mcp\"");
        var data = weak.path("body").path("error").path("data");
        assertThat(data.path("challenge")).isEqualTo(weak.path("challenge"));
        assertThat(data.path("error").asText()).isEqualTo("insufficient_user_authentication");
        assertThat(data.path("code").asText()).isEqualTo("step_up_required");
        assertThat(data.path("acr_values").asText()).isEqualTo(STRONG);
        // the login is a moment old, so its age is not what is wrong with it
        assertThat(data.has("max_age")).isFalse();
        assertThat(data.path("reasons").toString())
                .contains("Mail needs a second factor within the last five minutes");
        var login = answer.path("logins").path(answer.path("logins").size() - 1);
        assertThat(login.path("acr_values").asText()).isEqualTo(STRONG);
        assertThat(answer.path("results").path(0).path("isError").asBoolean()).isFalse();
        var refused = stack.trace(data.path(Product.META_CALL_ID).asText()).orElseThrow();
        assertThat(refused.path("decision").path("outcome").asText()).isEqualTo("needs_step_up");
    }

    @Test
    void aTokenThatIsBoundToAKeyGoesWithAProofForEachRequest() throws IOException {
        var answer = login("modern", true, call(READ, CUSTOMER));

        assertThat(answer.path("error").isMissingNode()).as(answer.toPrettyString()).isTrue();
        assertThat(answer.path("results").path(0).path("isError").asBoolean()).isFalse();
        var schemes = new ArrayList<String>();
        for (var step : answer.path("steps")) {
            if (step.path("at").asText().equals(stack.mcp().toString())
                    && step.path("status").asInt() == 200) {
                schemes.add(step.path("scheme").asText());
            }
        }
        assertThat(schemes).isNotEmpty().containsOnly("DPoP");
    }

    @Test
    void mcpdoLogsInWithoutATerminal() throws IOException {
        try (var mcpdo = new Mcpdo(home, stack.mcp())) {
            mcpdo.logIn(mcpdo.connect());

            assertThat(mcpdo.call(READ, "customer_id:=\"C-1001\"").toString())
                    .contains("\"customer_id\":\"C-1001\"");
        }
    }

    private static List<JsonNode> challenges(JsonNode answer) {
        var challenges = new ArrayList<JsonNode>();
        for (var step : answer.path("steps")) {
            if (step.has("challenge")) {
                challenges.add(step);
            }
        }
        return challenges;
    }

    private static ObjectNode call(String tool, String arguments) {
        var call = McpClient.JSON.createObjectNode().put("tool", tool);
        call.set("arguments", McpClient.read(arguments));
        return call;
    }

    private static JsonNode login(String mode, boolean dpop, ObjectNode... calls)
            throws IOException {
        var options = McpClient.JSON.createObjectNode();
        options.put("url", stack.mcp().toString()).put("mode", mode).put("dpop", dpop);
        var all = options.putArray("calls");
        for (var call : calls) {
            all.add(call);
        }
        var ended = Clients.run(Map.of(), "oauth.mjs", options.toString());
        assertThat(ended.out()).as(ended.err()).isNotBlank();
        return McpClient.JSON.readTree(ended.out());
    }

    private static String origin() {
        return "http://127.0.0.1:" + stack.mcp().getPort();
    }
}
