package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.Product;

/** What to paste into the MCP clients people have. */
final class ClientConfigurations {
    // the version this was tried with
    private static final String MCP_REMOTE = "mcp-remote@0.15.1";

    private ClientConfigurations() {}

    static String text(String mcp, String token) {
        var bearer = "Bearer " + token;
        return "Claude Code\n"
                + ("  claude mcp add --transport http " + Product.NAME + " " + mcp)
                + (" --header \"Authorization: " + bearer + "\"\n")
                + "Cursor, .cursor/mcp.json\n"
                + ("  " + cursor(mcp, bearer) + "\n")
                + "VS Code, .vscode/mcp.json\n"
                + ("  " + visualStudioCode(mcp, bearer) + "\n")
                + "Claude Desktop, claude_desktop_config.json\n"
                + ("  " + claudeDesktop(mcp, bearer) + "\n");
    }

    static ObjectNode cursor(String mcp, String bearer) {
        var root = object();
        var server = root.putObject("mcpServers").putObject(Product.NAME).put("url", mcp);
        server.putObject("headers").put("Authorization", bearer);
        return root;
    }

    static ObjectNode visualStudioCode(String mcp, String bearer) {
        var root = object();
        var server =
                root.putObject("servers")
                        .putObject(Product.NAME)
                        .put("type", "http")
                        .put("url", mcp);
        server.putObject("headers").put("Authorization", bearer);
        return root;
    }

    static ObjectNode claudeDesktop(String mcp, String bearer) {
        var root = object();
        var server = root.putObject("mcpServers").putObject(Product.NAME).put("command", "npx");
        server.putArray("args")
                .add("-y")
                .add(MCP_REMOTE)
                .add(mcp)
                .add("--transport")
                .add("http-only")
                .add("--protocol")
                .add("auto")
                .add("--header")
                // no space: some clients split arguments there
                .add("Authorization:${AUTHORIZATION}");
        server.putObject("env").put("AUTHORIZATION", bearer);
        return root;
    }

    private static ObjectNode object() {
        return OutputFormat.JSON.createObjectNode();
    }
}
