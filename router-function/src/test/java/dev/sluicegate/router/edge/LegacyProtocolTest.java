package dev.sluicegate.router.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluicegate.contract.Product;
import dev.sluicegate.record.PrincipalId;
import dev.sluicegate.router.edge.Gateway.Shape;
import dev.sluicegate.router.mcp.Tools;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The versions that begin with {@code initialize}. */
class LegacyProtocolTest {
    private static final String LOOKUP =
            "\"name\":\"%s\",\"arguments\":{\"customer_id\":\"C-1001\"}".formatted(Tools.LOOKUP);

    private final Gateway gateway = new Gateway();

    @AfterEach
    void stop() {
        gateway.close();
    }

    @ParameterizedTest
    @CsvSource({
        "2025-11-25,2025-11-25",
        "2025-06-18,2025-06-18",
        "2025-03-26,2025-03-26",
        "2024-11-05,2025-11-25",
        "2026-07-28,2025-11-25",
        "nonsense,2025-11-25"
    })
    void initializeAgreesOnAVersion(String asked, String agreed) {
        var reply = initialize(asked);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.result().path("protocolVersion").asText()).isEqualTo(agreed);
        assertThat(reply.result().path("serverInfo").path("name").asText()).isEqualTo(Product.NAME);
        assertThat(reply.result().path("capabilities").toString()).isEqualTo("{\"tools\":{}}");
        assertThat(reply.result().path("_meta").path(Product.META_CALL_ID).asText()).hasSize(26);
        assertThat(reply.result().has("resultType")).isFalse();
        assertThat(reply.header("Mcp-Session-Id")).matches("[\\x21-\\x7e]+");
    }

    @Test
    void initializeWithoutAVersionIsMalformed() {
        assertThat(gateway.legacy(null, "initialize", "\"capabilities\":{}").send().code())
                .isEqualTo(-32602);
    }

    @ParameterizedTest
    @EnumSource
    void aSessionGoesThroughWithItsId(Shape shape) {
        var session = initialize("2025-11-25").header("Mcp-Session-Id");

        var initialized =
                gateway.request()
                        .header("MCP-Protocol-Version", "2025-11-25")
                        .header("Mcp-Session-Id", session)
                        .body("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}")
                        .send(shape);
        var list =
                gateway.legacy("2025-11-25", "tools/list", "")
                        .header("Mcp-Session-Id", session)
                        .send(shape);
        var call =
                gateway.legacy("2025-11-25", "tools/call", LOOKUP)
                        .header("Mcp-Session-Id", session)
                        .send(shape);

        assertThat(initialized.status()).isEqualTo(202);
        assertThat(list.result().path("tools")).hasSize(2);
        assertThat(list.result().has("ttlMs")).isFalse();
        assertThat(call.result().path("structuredContent").path("done").asBoolean()).isTrue();
        assertThat(call.result().has("resultType")).isFalse();
        assertThat(gateway.gate.enforced.getFirst().protocol()).isEqualTo("2025-11-25");
    }

    @Test
    void aSessionIsNotNeeded() {
        assertThat(gateway.legacy("2025-06-18", "tools/call", LOOKUP).send().status())
                .isEqualTo(200);
        assertThat(gateway.gate.enforced.getFirst().protocol()).isEqualTo("2025-06-18");
    }

    @Test
    void withoutAHeaderTheSessionKnowsTheVersionAndWithoutBothTheOldestIsAssumed() {
        var session = initialize("2025-06-18").header("Mcp-Session-Id");

        gateway.legacy(null, "tools/call", LOOKUP).header("Mcp-Session-Id", session).send();
        gateway.legacy(null, "tools/call", LOOKUP).send();

        assertThat(gateway.gate.enforced)
                .extracting(c -> c.protocol())
                .containsExactly("2025-06-18", "2025-03-26");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "2025-11-25.1.AAAA",
                "2025-11-25.99999999999.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                ""
            })
    void aForgedSessionIsNotFound(String session) {
        var reply =
                gateway.legacy("2025-11-25", "tools/call", LOOKUP)
                        .header("Mcp-Session-Id", session)
                        .send();

        assertThat(reply.status()).isEqualTo(404);
        assertThat(gateway.gate.enforced).isEmpty();
    }

    @Test
    void aSessionOfAnotherPersonOrClientIsNotFound() {
        var session = initialize("2025-11-25").header("Mcp-Session-Id");
        var mallory = gateway.issuer.token().claim("sub", "mallory").compact();
        var otherClient = gateway.issuer.token().claim("client_id", "other").compact();

        for (var token : new String[] {mallory, otherClient}) {
            var reply =
                    gateway.legacy("2025-11-25", "tools/list", "")
                            .token(token)
                            .header("Mcp-Session-Id", session)
                            .send();

            assertThat(reply.status()).isEqualTo(404);
            var refused = gateway.gate.requests.getLast();
            assertThat(refused.reason()).isEqualTo("unknown_session");
            assertThat(refused.callId())
                    .isEqualTo(reply.error().path("data").path(Product.META_CALL_ID).asText());
        }
        assertThat(gateway.gate.requests.getFirst().identity().principalId())
                .isEqualTo(PrincipalId.of(gateway.issuer.url(), "mallory"));
    }

    @Test
    void aSessionIdThatWasChangedIsNotFound() {
        var session = String.valueOf(initialize("2025-11-25").header("Mcp-Session-Id"));
        var older = session.replace("2025-11-25", "2025-03-26");
        var later = session.replaceFirst("\\.(\\d)", ".9");

        for (var changed : new String[] {older, later, session + "A", session.substring(1)}) {
            assertThat(
                            gateway.legacy("2025-11-25", "tools/list", "")
                                    .header("Mcp-Session-Id", changed)
                                    .send()
                                    .status())
                    .as(changed)
                    .isEqualTo(404);
        }
    }

    @Test
    void aSessionEndsAfterADay() {
        var session = initialize("2025-11-25").header("Mcp-Session-Id");

        gateway.clock.tick(Duration.ofHours(24).minusSeconds(1));
        var before = listWith(session);
        gateway.clock.tick(Duration.ofSeconds(1));
        var after = listWith(session);

        assertThat(before.status()).isEqualTo(200);
        assertThat(after.status()).isEqualTo(404);
    }

    @Test
    void aSessionIdNeverStandsForAToken() {
        var session = initialize("2025-11-25").header("Mcp-Session-Id");

        var reply =
                gateway.legacy("2025-11-25", "tools/list", "")
                        .header("Authorization", null)
                        .header("Mcp-Session-Id", session)
                        .send();

        assertThat(reply.status()).isEqualTo(401);
    }

    @Test
    void pingIsAnsweredWithNothing() {
        var reply = gateway.legacy("2025-11-25", "ping", "").send();

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.result()).isEqualTo(Gateway.JSON.createObjectNode());
        assertThat(reply.body().path("id").asText()).isEqualTo("a");
    }

    @Test
    void anUnknownMethodIsAnErrorInsideAGoodResponse() {
        var reply = gateway.legacy("2025-11-25", "resources/list", "").send();

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.code()).isEqualTo(-32601);
    }

    @Test
    void anUnsupportedVersionHeaderIsABadRequest() {
        var request = gateway.legacy("2024-11-05", "tools/list", "").send();
        var notification =
                gateway.request()
                        .header("MCP-Protocol-Version", "2024-11-05")
                        .body("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}")
                        .send();

        assertThat(request.status()).isEqualTo(400);
        assertThat(notification.status()).isEqualTo(400);
    }

    @Test
    void headersThatMirrorAreNotTrustedAndNotNeeded() {
        var reply =
                gateway.legacy("2025-11-25", "tools/call", LOOKUP)
                        .header("Mcp-Method", "tools/list")
                        .header("Mcp-Name", Tools.SEND)
                        .send();

        assertThat(reply.status()).isEqualTo(200);
        assertThat(gateway.gate.enforced.getFirst().tool().name()).isEqualTo(Tools.LOOKUP);
    }

    @Test
    void theOldestVersionHasNoOutputSchema() {
        var oldest = gateway.legacy("2025-03-26", "tools/list", "").send().result();
        var next = gateway.legacy("2025-06-18", "tools/list", "").send().result();

        assertThat(oldest.path("tools").path(0).has("outputSchema")).isFalse();
        assertThat(next.path("tools").path(0).has("outputSchema")).isTrue();
    }

    private Gateway.Reply listWith(@Nullable String session) {
        return gateway.legacy("2025-11-25", "tools/list", "")
                .token(gateway.issuer.token().compact())
                .header("Mcp-Session-Id", session)
                .send();
    }

    private Gateway.Reply initialize(String version) {
        return gateway.legacy(
                        null,
                        "initialize",
                        "\"protocolVersion\":\"%s\",\"capabilities\":{},\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}"
                                .formatted(version))
                .send();
    }
}
