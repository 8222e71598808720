package dev.sluicegate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class McpCallTest {
    @Test
    void whatASchemaMirrorsIsSentInHeaders() {
        var schema =
                OutputFormat.read(
                        """
                        {"properties": {
                          "region": {"type": "string", "x-mcp-header": "Region"},
                          "city": {"type": "string", "x-mcp-header": "City"},
                          "absent": {"type": "string", "x-mcp-header": "Absent"},
                          "nothing": {"type": "string", "x-mcp-header": "Nothing"},
                          "page": {"type": "object", "properties": {
                            "size": {"type": "integer", "x-mcp-header": "Size"}}},
                          "plain": {"type": "string"}}}
                        """);
        var arguments =
                OutputFormat.read(
                        "{\"region\":\"eu\",\"city\":\"Köln\",\"nothing\":null,\"page\":{\"size\":3},\"plain\":\"x\"}");

        assertThat(McpCall.mirrored(schema, arguments))
                .isEqualTo(
                        Map.of(
                                "Mcp-Param-Region",
                                "eu",
                                "Mcp-Param-City",
                                "=?base64?S8O2bG4=?=",
                                "Mcp-Param-Size",
                                "3"));
    }

    @Test
    void onlyARefusalOfSomebodyHasARecord() {
        assertThat(answer(200, "{}").isOfSomebody()).isTrue();
        assertThat(answer(404, "{}").isOfSomebody()).isTrue();
        assertThat(answer(403, "{\"challenge\":\"Bearer\"}").isOfSomebody()).isTrue();
        assertThat(answer(403, "{}").isOfSomebody()).isFalse();
        assertThat(answer(401, "{\"challenge\":\"Bearer\"}").isOfSomebody()).isFalse();
        assertThat(answer(503, "{}").isOfSomebody()).isFalse();
    }

    private static McpCall.Answer answer(int status, String data) {
        return McpCall.read(
                status,
                ("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1,\"data\":" + data + "}}")
                        .getBytes(StandardCharsets.UTF_8));
    }
}
