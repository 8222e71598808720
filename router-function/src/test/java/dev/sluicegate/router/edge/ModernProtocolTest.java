package dev.sluicegate.router.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluicegate.contract.Product;
import dev.sluicegate.router.edge.Gateway.Shape;
import dev.sluicegate.router.mcp.Tools;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What 2026-07-28 asks of requests, headers and errors. */
class ModernProtocolTest {
    private static final String C1001 = "{\"customer_id\":\"C-1001\"}";

    private final Gateway gateway = new Gateway();

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void discoverySaysWhatIsServed() {
        var reply = gateway.modern("server/discover", "").send();

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Mcp-Session-Id")).isNull();
        var result = reply.result();
        assertThat(result.path("supportedVersions").toString())
                .isEqualTo("[\"2026-07-28\",\"2025-11-25\",\"2025-06-18\",\"2025-03-26\"]");
        assertThat(result.path("capabilities").toString()).isEqualTo("{\"tools\":{}}");
        assertThat(result.path("resultType").asText()).isEqualTo("complete");
        assertThat(result.path("ttlMs").isIntegralNumber()).isTrue();
        assertThat(result.path("cacheScope").asText()).isEqualTo("private");
        var meta = result.path("_meta");
        assertThat(meta.path("io.modelcontextprotocol/serverInfo").path("name").asText())
                .isEqualTo(Product.NAME);
        assertThat(meta.path(Product.META_CALL_ID).asText()).hasSize(26);
    }

    @ParameterizedTest
    @EnumSource
    void aMissingOrOtherVersionHeaderIsAMismatch(Shape shape) {
        for (var version : new String[] {null, "2025-11-25", "2026-07-29"}) {
            var reply =
                    gateway.modernCall(Tools.LOOKUP, C1001)
                            .header("MCP-Protocol-Version", version)
                            .send(shape);

            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.code()).isEqualTo(-32020);
            assertThat(reply.body().path("id").asInt()).isEqualTo(7);
        }
        assertThat(gateway.gate.enforced).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void methodAndNameHeadersMustMirrorTheBody(Shape shape) {
        for (var method :
                new String[] {null, "tools/list", "Tools/Call", "", "=?base64?dG9vbHMvY2FsbA?="}) {
            assertThat(
                            gateway.modernCall(Tools.LOOKUP, C1001)
                                    .header("Mcp-Method", method)
                                    .send(shape)
                                    .code())
                    .isEqualTo(-32020);
        }
        for (var name : new String[] {null, "mail___send", "", "CRM___GET_CUSTOMER"}) {
            assertThat(
                            gateway.modernCall(Tools.LOOKUP, C1001)
                                    .header("Mcp-Name", name)
                                    .send(shape)
                                    .code())
                    .isEqualTo(-32020);
        }
        assertThat(gateway.gate.enforced).isEmpty();
        assertThat(gateway.gate.requests)
                .hasSize(9)
                .allMatch(refused -> refused.reason().equals("header_mismatch"));
        assertThat(gateway.refusals).isEmpty();
    }

    @Test
    void whiteSpaceAroundAHeaderDoesNotMatter() {
        assertThat(
                        gateway.modernCall(Tools.LOOKUP, C1001)
                                .header("Mcp-Name", " \t" + Tools.LOOKUP + " ")
                                .send()
                                .status())
                .isEqualTo(200);
    }

    @Test
    void aNameInStrictBase64IsDecoded() {
        var encoded =
                Base64.getEncoder().encodeToString(Tools.LOOKUP.getBytes(StandardCharsets.UTF_8));

        assertThat(
                        gateway.modernCall(Tools.LOOKUP, C1001)
                                .header("Mcp-Name", "=?base64?" + encoded + "?=")
                                .send()
                                .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "=?base64?Y3JtX19fZ2V0X2N1c3RvbWVy=?=",
                "=?base64?Y3JtX19fZ2V0X2N1c3RvbWV?=",
                "=?base64?Y3Jt X19fZ2V0X2N1c3RvbWVy?=",
                "=?base64?Y3JtX19fZ2V0X2N1c3RvbWVy",
                "=?BASE64?Y3JtX19fZ2V0X2N1c3RvbWVy?=",
                "=?base64?____?=",
                "=?base64?/////w==?=",
                "=?base64??="
            })
    void anyOtherBase64IsAMismatch(String header) {
        var reply = gateway.modernCall(Tools.LOOKUP, C1001).header("Mcp-Name", header).send();

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo(-32020);
    }

    @Test
    void anUnsupportedVersionNamesTheSupportedOnes() {
        var call = gateway.modernCall(Tools.LOOKUP, C1001);
        var reply =
                call.header("MCP-Protocol-Version", "1999-01-01")
                        .body(call.text().replace("2026-07-28", "1999-01-01"))
                        .send();

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo(-32022);
        assertThat(reply.error().path("data").path("requested").asText()).isEqualTo("1999-01-01");
        assertThat(reply.error().path("data").path("supported").path(0).asText())
                .isEqualTo("2026-07-28");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":1}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":{\"io.modelcontextprotocol/clientCapabilities\":{}}}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":[]}}}"
            })
    void whatMustAccompanyEveryRequestIsRequired(String body) {
        var reply = gateway.modern("tools/list", "").body(body).send();

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo(-32602);
        assertThat(reply.error().path("data").path("path").asText()).startsWith("/params/_meta/");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "initialize",
                "ping",
                "logging/setLevel",
                "resources/subscribe",
                "tasks/list",
                "prompts/list",
                "nothing",
                "notifications/x"
            })
    void removedAndUnknownMethodsAreNotFound(String method) {
        var reply = gateway.modern(method, "").send();

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.code()).isEqualTo(-32601);
        assertThat(reply.body().path("id").asInt()).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|-32700",
                "{|-32700",
                "{} {}|-32700",
                "{'jsonrpc':'2.0'}|-32700",
                "NaN|-32700",
                "[]|-32600",
                "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}]|-32600",
                "1|-32600",
                "null|-32600",
                "{}|-32600",
                "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"tools/list\"}|-32600",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}|-32600",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":1,\"message\":\"m\"}}|-32600",
                "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"tools/list\"}|-32600",
                "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"tools/list\"}|-32600",
                "{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"tools/list\"}|-32600",
                "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"tools/list\"}|-32600",
                "{\"jsonrpc\":\"2.0\",\"id\":\"\\ud800\",\"method\":\"tools/list\"}|-32600",
                "{\"jsonrpc\":\"2.0\",\"method\":\"tools/call\"}|-32600",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}|-32600",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\"}|-32600",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":[]}|-32600",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"tools/list\"}|-32602"
            })
    void whatIsNotOneRequestIsRefused(String body, int code) {
        var reply = gateway.modern("tools/call", "").body(body).send();

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo(code);
        assertThat(reply.error().path("data").path(Product.META_CALL_ID).asText()).hasSize(26);
        assertThat(gateway.gate.enforced).isEmpty();
        assertThat(gateway.gate.requests).hasSize(1);
        assertThat(gateway.refusals).isEmpty();
    }

    @Test
    void aDuplicateKeyIsNamedByItsPath() {
        var reply =
                gateway.modernCall(
                                Tools.LOOKUP,
                                "{\"customer_id\":\"C-1001\",\"page\":{\"size\":1,\"size\":2}}")
                        .send();

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo(-32602);
        assertThat(reply.error().path("data").path("path").asText())
                .isEqualTo("/params/arguments/page/size");
    }

    @Test
    void invalidUtf8IsNotJson() throws Exception {
        var event =
                Gateway.JSON.readTree(
                        "{\"version\":\"2.0\",\"rawPath\":\"/mcp\",\"isBase64Encoded\":true,\"body\":\"eyJhIjoi/yJ9\","
                                + "\"headers\":{\"host\":\"localhost\",\"authorization\":\"Bearer %s\"},"
                                        .formatted(gateway.issuer.token().compact())
                                + "\"requestContext\":{\"http\":{\"method\":\"POST\"}}}");

        var body = Gateway.JSON.readTree(gateway.handle(event).path("body").asText());

        assertThat(body.path("error").path("code").asInt()).isEqualTo(-32700);
    }

    @Test
    void aNotificationIsAcceptedWithoutABody() {
        for (var method : new String[] {"notifications/cancelled", "notifications/unheard-of"}) {
            var reply =
                    gateway.request()
                            .header("MCP-Protocol-Version", Gateway.MODERN)
                            .body("{\"jsonrpc\":\"2.0\",\"method\":\"%s\"}".formatted(method))
                            .send();

            assertThat(reply.status()).isEqualTo(202);
            assertThat(reply.text()).isEmpty();
        }
    }

    @Test
    void aSessionIdOfAModernRequestIsIgnored() {
        var reply = gateway.modern("tools/list", "").header("Mcp-Session-Id", "forged").send();

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Mcp-Session-Id")).isNull();
    }

    @Test
    void anIdIsEchoedAsItCame() {
        for (var id : new String[] {"0", "-1", "9007199254740993", "\"\"", "\"x\""}) {
            var call = gateway.modern("tools/list", "");

            var reply = call.body(call.text().replace("\"id\":7", "\"id\":" + id)).send();

            assertThat(reply.body().path("id").toString()).isEqualTo(id);
        }
    }
}
