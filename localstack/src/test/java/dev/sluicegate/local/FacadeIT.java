package dev.sluicegate.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that are not ours log in to an identity provider of the shape of Amazon Cognito, which could not
 * register them and does not say how to log in: through the gateway's facade, from nothing but its URL.
 */
class FacadeIT {
    private static final String READ = "crm___get_customer";

    @TempDir private static Path home;

    private static Clients.Server pool;
    private static LocalStack stack;

    @BeforeAll
    static void up() {
        Clients.assumeInstalled();
        var mcpPort = Stacks.freePort();
        pool =
                Clients.serve(
                        "cognito.mjs",
                        Integer.toString(Stacks.freePort()),
                        "http://127.0.0.1:" + mcpPort);
        stack = Stacks.with(mcpPort, ours -> poolFirst(ours, mcpPort), Clock.systemUTC());
        // the first call reads keys and secrets, which on a busy machine may take longer than it
        // may
        Stacks.as(stack, "ada").call(READ, "{\"customer_id\":\"C-1002\"}");
    }

    private static ArrayNode poolFirst(ArrayNode ours, int mcpPort) {
        var origin = pool.firstLine().substring(0, pool.firstLine().lastIndexOf('/'));
        var theirs = ours.objectNode();
        theirs.put("issuer", pool.firstLine()).put("tenant", "demo");
        theirs.putArray("typ");
        theirs.put("rolesClaim", "cognito:groups");
        theirs.putObject("roles").put("eu-support-agents", "support");
        theirs.put("scopePrefix", "http://127.0.0.1:" + mcpPort + "/mcp/");
        var facade = theirs.putObject("facade");
        facade.put("name", "pool").put("clientId", "3n4b5urk1ft4fl3mg5e62d9ado");
        facade.put("authorizationEndpoint", origin + "/oauth2/authorize");
        facade.put("tokenEndpoint", origin + "/oauth2/token");
        return ours.insert(0, theirs);
    }

    @AfterAll
    static void down() {
        if (stack != null) {
            stack.close();
        }
        if (pool != null) {
            pool.close();
        }
    }

    @Test
    void theTypeScriptClientLogsInThroughTheFacade() throws IOException {
        var options = McpClient.JSON.createObjectNode();
        options.put("url", stack.mcp().toString()).put("mode", "modern");
        var call = options.putArray("calls").addObject().put("tool", READ);
        call.putObject("arguments").put("customer_id", "C-1001");

        var ended = Clients.run(Map.of(), "oauth.mjs", options.toString());

        var answer = McpClient.JSON.readTree(ended.out());
        assertThat(answer.path("error").isMissingNode()).as(answer.toPrettyString()).isTrue();
        assertThat(
                        answer.path("results")
                                .path(0)
                                .path("structuredContent")
                                .path("customer_id")
                                .asText())
                .isEqualTo("C-1001");
        var login = answer.path("logins").path(0);
        assertThat(login.path("iss").asText()).isEqualTo(facade());
        assertThat(login.path("at").asText()).isEqualTo(facade() + "/authorize");
        var asked = new ArrayList<String>();
        answer.path("steps").forEach(step -> asked.add(step.path("at").asText()));
        assertThat(asked)
                .as("the client has met the facade and never the provider")
                .contains(facade() + "/register", facade() + "/token")
                .noneMatch(at -> pool.firstLine().startsWith(at.replaceFirst("(//[^/]+).*", "$1")));
    }

    @Test
    void mcpdoLogsInThroughTheFacade() throws IOException {
        try (var mcpdo = new Mcpdo(home, stack.mcp())) {
            var login = mcpdo.connect();

            assertThat(login).startsWith(facade() + "/authorize?");
            mcpdo.logIn(login);
            assertThat(mcpdo.call(READ, "customer_id:=\"C-1001\"").toString())
                    .contains("\"customer_id\":\"C-1001\"");
        }
    }

    private static String facade() {
        return "http://127.0.0.1:" + stack.mcp().getPort() + "/oauth/pool";
    }
}
