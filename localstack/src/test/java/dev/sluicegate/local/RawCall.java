package dev.sluicegate.local;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluicegate.local.idp.TokenOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request that is right in everything, to be changed in one thing. */
record RawCall(
        String method,
        String target,
        Map<String, java.util.function.Supplier<String>> headers,
        byte[] body) {
    static RawCall modern(String method, @Nullable String name, String params) {
        var meta =
                "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\""
                        + BadInput.MODERN
                        + "\",\"io.modelcontextprotocol/clientCapabilities\":{}}";
        var call =
                of(method, params.isEmpty() ? meta : params + "," + meta)
                        .with("MCP-Protocol-Version", BadInput.MODERN)
                        .with("Mcp-Method", method);
        return name == null ? call : call.with("Mcp-Name", name);
    }

    static RawCall legacy(String method, String params) {
        return of(method, params).with("MCP-Protocol-Version", "2025-11-25");
    }

    private static RawCall of(String method, String params) {
        var headers = new LinkedHashMap<String, java.util.function.Supplier<String>>();
        headers.put("Host", () -> "127.0.0.1:" + BadInput.stack().mcp().getPort());
        headers.put("Authorization", () -> BadInput.bearer(TokenOrder.ALL_SCOPES));
        headers.put("Content-Type", () -> "application/json");
        headers.put("Accept", () -> "application/json, text/event-stream");
        headers.put("X-Canary", () -> BadInput.CANARY);
        return new RawCall("POST", "/mcp", headers, new byte[0])
                .body(
                        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\""
                                + method
                                + "\",\"params\":{"
                                + params
                                + "}}");
    }

    RawCall with(String header, String value) {
        return with(header, () -> value);
    }

    RawCall with(String header, java.util.function.Supplier<String> value) {
        var changed = new LinkedHashMap<>(headers);
        changed.put(header, value);
        return new RawCall(method, target, changed, body);
    }

    RawCall also(String header, String value) {
        var first = requireNonNull(headers.get(header));
        return with(header, () -> first.get() + "\r\n" + header + ": " + value);
    }

    RawCall without(String header) {
        var changed = new LinkedHashMap<>(headers);
        changed.remove(header);
        return new RawCall(method, target, changed, body);
    }

    RawCall method(String other) {
        return new RawCall(other, target, headers, body);
    }

    RawCall to(String other) {
        return new RawCall(method, other, headers, body);
    }

    RawCall body(String text) {
        return new RawCall(method, target, headers, text.getBytes(StandardCharsets.UTF_8));
    }

    RawCall replace(String part, String by) {
        assertThat(text()).contains(part);
        return body(text().replace(part, by));
    }

    RawCall padded(int bytes) {
        return body(text() + " ".repeat(bytes - body.length));
    }

    RawCall withByte(char sign, byte by) {
        var changed = body.clone();
        for (var i = 0; i < changed.length; i++) {
            if (changed[i] == sign) {
                changed[i] = by;
            }
        }
        return new RawCall(method, target, headers, changed);
    }

    /** The method that the body of a good request names, or null. */
    @Nullable String stated() {
        var stated = McpClient.METHOD.matcher(text());
        return stated.find() ? stated.group(1) : null;
    }

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    byte[] bytes() {
        var now = new LinkedHashMap<String, String>();
        headers.forEach((name, value) -> now.put(name, value.get()));
        return Wire.request(method, target, now, body);
    }
}
