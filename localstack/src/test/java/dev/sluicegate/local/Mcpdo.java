package dev.sluicegate.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The inspector's command line. Its daemon keeps the connection between commands; its login helper listens
 * on a port of ours.
 */
final class Mcpdo implements AutoCloseable {
    private static final String PROGRAM =
            "node_modules/@modelcontextprotocol/inspector/clients/mcpdo/build/mcp-bin.js";

    private final Path home;
    private final String connection;
    private final int callbackPort = Stacks.freePort();

    /**
     * @param home where it keeps what it learns
     * @param mcp the endpoint, all that it is told
     */
    Mcpdo(Path home, URI mcp) {
        this.home = home;
        connection = mcp.toString();
    }

    /** Where the person has to log in before it goes on. */
    String connect() throws IOException {
        return json(run("connect", connection, "--era", "modern", "--transport", "http"))
                .path("authUrl")
                .asText();
    }

    /** Follows the redirects as a browser does, to the port that it listens on. */
    void logIn(String url) {
        var login = Clients.run(Map.of(), "login.mjs", url);
        assertThat(login.code()).as("%s at %s", login, url).isZero();
    }

    JsonNode call(String tool, String argument) throws IOException {
        return json(run("--connection", connection, "tools/call", tool, argument));
    }

    @Override
    public void close() {
        run("daemon", "stop");
    }

    private Clients.Ended run(String... arguments) {
        var all = new ArrayList<>(List.of(PROGRAM, "--format", "json"));
        all.addAll(List.of(arguments));
        return Clients.run(
                Map.of(
                        "HOME",
                        home.toString(),
                        "MCP_INSPECTOR_SECRET_STORE",
                        "file",
                        "MCP_OAUTH_CALLBACK_URL",
                        "http://127.0.0.1:" + callbackPort + "/oauth/callback"),
                all.toArray(String[]::new));
    }

    private static JsonNode json(Clients.Ended ended) throws IOException {
        assertThat(ended.code()).as("%s", ended).isZero();
        return McpClient.JSON.readTree(ended.out());
    }
}
