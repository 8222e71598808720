package dev.sluicegate.router.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluicegate.contract.Product;
import dev.sluicegate.contract.ToolOutcome;
import dev.sluicegate.router.enforcement.Outcome;
import dev.sluicegate.router.enforcement.RefusalCode;
import dev.sluicegate.router.enforcement.ReleasedResults;
import dev.sluicegate.router.enforcement.StatedIntent;
import dev.sluicegate.router.mcp.Tools;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code tools/list} and {@code tools/call}: what reaches the gate, what does not, what comes back. */
class ToolCallProtocolTest {
    private static final String C1001 = "{\"customer_id\":\"C-1001\"}";

    private final Gateway gateway = new Gateway();

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void toolsAreListedInNameOrderForThoseWhoMayUseThem() {
        var reply = gateway.modern("tools/list", "").send();

        assertThat(names(reply)).containsExactly(Tools.LOOKUP, Tools.PURGE); // mail:send is missing
        assertThat(reply.result().path("cacheScope").asText()).isEqualTo("private");
        assertThat(reply.result().path("ttlMs").asLong()).isPositive();
        assertThat(reply.result().has("nextCursor")).isFalse();
    }

    @Test
    void aListingFollowsScopesAndPolicy() {
        var all =
                gateway.issuer
                        .token()
                        .claim("scope", "tools:read tools:write tools:destructive mail:send")
                        .compact();
        var reader = gateway.issuer.token().claim("scope", "tools:read").compact();

        assertThat(names(gateway.modern("tools/list", "").token(all).send()))
                .containsExactly(Tools.LOOKUP, Tools.PURGE, Tools.SEND);
        assertThat(names(gateway.modern("tools/list", "").token(reader).send()))
                .containsExactly(Tools.LOOKUP);
        gateway.hidden.add(Tools.LOOKUP);
        assertThat(names(gateway.modern("tools/list", "").token(reader).send())).isEmpty();
    }

    @Test
    void annotationsComeFromTheManifest() {
        var all =
                gateway.issuer
                        .token()
                        .claim("scope", "tools:read tools:write tools:destructive mail:send")
                        .compact();
        var tools = gateway.modern("tools/list", "").token(all).send().result().path("tools");

        assertThat(tools.path(0).path("annotations").toString())
                .isEqualTo(
                        "{\"title\":\"T\",\"readOnlyHint\":true,\"destructiveHint\":false,\"idempotentHint\":true,\"openWorldHint\":false}");
        assertThat(tools.path(1).path("annotations").toString())
                .isEqualTo(
                        "{\"title\":\"T\",\"readOnlyHint\":false,\"destructiveHint\":true,\"idempotentHint\":false,\"openWorldHint\":false}");
        assertThat(tools.path(2).path("annotations").toString())
                .isEqualTo(
                        "{\"title\":\"T\",\"readOnlyHint\":false,\"destructiveHint\":false,\"idempotentHint\":false,\"openWorldHint\":true}");
    }

    @Test
    void everyListedToolTakesAnIntentAndKeepsItsOwnSchema() {
        var schema =
                gateway.modern("tools/list", "")
                        .send()
                        .result()
                        .path("tools")
                        .path(0)
                        .path("inputSchema");

        assertThat(schema.path("$schema").asText())
                .isEqualTo("https://json-schema.org/draft/2020-12/schema");
        assertThat(schema.path("additionalProperties").asBoolean(true)).isFalse();
        assertThat(schema.path("properties").path("customer_id").path("pattern").asText())
                .isEqualTo("^C-[0-9]{4}$");
        assertThat(schema.path("required").toString()).isEqualTo("[\"customer_id\"]");
        assertThat(
                        schema.path("properties")
                                .path("_intent")
                                .path("properties")
                                .path("request")
                                .path("maxLength")
                                .asInt())
                .isEqualTo(2000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "\"\"", "\"!\"", "\"Y3Jt\\u0000\"", "{}", "null", "\"YSBi\""})
    void aCursorThatIsNotOursIsMalformed(String cursor) {
        assertThat(gateway.modern("tools/list", "\"cursor\":" + cursor).send().code())
                .isEqualTo(-32602);
    }

    @Test
    void withoutACatalogueThereIsNoListingAndNoCall() {
        gateway.policyIsDown = true;

        var list = gateway.modern("tools/list", "").send();
        var call = gateway.modernCall(Tools.LOOKUP, C1001).send();

        assertThat(list.status()).isEqualTo(500);
        assertThat(list.code()).isEqualTo(-32603);
        assertThat(call.result().path("isError").asBoolean()).isTrue();
        assertThat(call.result().path("structuredContent").path("code").asText())
                .isEqualTo("policy_unavailable");
        assertThat(gateway.gate.requests)
                .hasSize(2)
                .allMatch(refused -> refused.code() == RefusalCode.POLICY_UNAVAILABLE);
        assertThat(gateway.gate.requests.getLast().callId())
                .isEqualTo(call.result().path("structuredContent").path("callId").asText());
    }

    @Test
    void aCallArrivesAtTheGateAsItIsMeant() {
        var trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var reply = gateway.modernCall(Tools.LOOKUP, C1001).header("traceparent", trace).send();

        var call = gateway.gate.enforced.getFirst();
        assertThat(call.callId())
                .isEqualTo(reply.result().path("_meta").path(Product.META_CALL_ID).asText());
        assertThat(call.identity().clientId()).isEqualTo("inspector");
        assertThat(call.tool().name()).isEqualTo(Tools.LOOKUP);
        assertThat(call.intent()).isEqualTo(StatedIntent.NONE);
        assertThat(call.rpcId()).isEqualTo("7");
        assertThat(call.protocol()).isEqualTo("2026-07-28");
        assertThat(call.traceparent()).isEqualTo(trace);
        assertThat(call.clientInfo()).isEqualTo("probe 3");
        assertThat(call.receivedAt()).isEqualTo(gateway.clock.instant());
        assertThat(reply.result().path("_meta").path(Product.META_CHAIN).asText())
                .isEqualTo(ReleasedResults.CHAIN);
        assertThat(reply.result().path("resultType").asText()).isEqualTo("complete");
        assertThat(reply.result().path("isError").asBoolean(true)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            })
    void aTraceThatIsNoneIsDropped(String trace) {
        gateway.modernCall(Tools.LOOKUP, C1001).header("traceparent", trace).send();

        assertThat(gateway.gate.enforced.getFirst().traceparent()).isNull();
    }

    @Test
    void whatAClientSaysOfItselfIsShortAndPlain() {
        var call = gateway.modernCall(Tools.LOOKUP, C1001);

        call.body(
                        call.text()
                                .replace(
                                        "\"probe\"",
                                        "\"a\\ud800\\u0007\\u202e%s\"".formatted("b".repeat(300))))
                .send();

        assertThat(gateway.gate.enforced.getFirst().clientInfo())
                .startsWith("a???bbb")
                .hasSize(200);
    }

    @Test
    void defaultsAreFilledInBeforeTheGateSeesTheArguments() {
        gateway.modernCall(Tools.LOOKUP, C1001).send();
        gateway.modernCall(
                        Tools.LOOKUP,
                        "{\"customer_id\":\"C-1001\",\"verbose\":true,\"page\":{\"from\":3}}")
                .send();

        assertThat(gateway.gate.enforced.get(0).arguments().toString())
                .isEqualTo("{\"customer_id\":\"C-1001\",\"verbose\":false,\"page\":{\"size\":20}}");
        assertThat(gateway.gate.enforced.get(1).arguments().toString())
                .isEqualTo(
                        "{\"customer_id\":\"C-1001\",\"verbose\":true,\"page\":{\"from\":3,\"size\":20}}");
    }

    @Test
    void absentArgumentsAreEmptyOnes() {
        var reply =
                gateway.modern("tools/call", "\"name\":\"%s\"".formatted(Tools.PURGE))
                        .header("Mcp-Name", Tools.PURGE)
                        .send();

        assertThat(reply.status()).isEqualTo(200);
        assertThat(gateway.gate.enforced.getFirst().arguments()).isEmpty();
    }

    @Test
    void anUnknownToolIsAnErrorOfTheProtocol() {
        var reply = gateway.modernCall("billing___refnd", "{}").send();

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.code()).isEqualTo(-32602);
        assertThat(reply.error().path("message").asText())
                .isEqualTo("unknown tool `billing___refnd`");
        assertThat(gateway.gate.enforced).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"name\":7",
                "\"arguments\":{}",
                "\"name\":\"crm___get_customer\",\"arguments\":[]",
                "\"name\":\"crm___get_customer\",\"arguments\":null",
                "\"name\":\"crm___get_customer\",\"arguments\":\"{}\""
            })
    void malformedParametersNeverReachTheGate(String params) {
        var reply = gateway.modern("tools/call", params).header("Mcp-Name", Tools.LOOKUP).send();

        assertThat(reply.code()).isEqualTo(-32602);
        assertThat(gateway.gate.enforced).isEmpty();
        assertThat(gateway.gate.refused).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "9007199254740993|/params/arguments/extra",
                "-9007199254740992|/params/arguments/extra",
                "0.1000000000000000055511151231257827|/params/arguments/extra",
                "1e400|/params/arguments/extra",
                "\"\\ud800\"|/params/arguments/extra",
                "[1,{\"a/b\":\"\\udc00x\"}]|/params/arguments/extra/1/a~1b",
                "{\"\\ud83d\":1}|/params/arguments/extra"
            })
    void aValueThatTwoReadersCouldTakeDifferentlyIsRefusedWithItsPath(String value, String path) {
        var reply =
                gateway.modernCall(
                                Tools.LOOKUP,
                                "{\"customer_id\":\"C-1001\",\"extra\":%s}".formatted(value))
                        .send();

        assertThat(reply.code()).isEqualTo(-32602);
        assertThat(reply.error().path("data").path("path").asText()).startsWith(path);
        assertThat(gateway.gate.enforced).isEmpty();
    }

    @Test
    void aNumberOfEndlessDigitsIsRefusedWithItsPath() {
        var reply =
                gateway.modernCall(
                                Tools.LOOKUP,
                                "{\"customer_id\":\"C-1001\",\"extra\":0.%s}"
                                        .formatted("1".repeat(70)))
                        .send();

        assertThat(reply.code()).isEqualTo(-32602);
        assertThat(reply.error().path("data").path("path").asText())
                .isEqualTo("/params/arguments/extra");
    }

    @Test
    void aKeyMayHaveTwoHundredAndFiftySixCharacters() {
        var exact =
                gateway.modernCall(
                                Tools.LOOKUP,
                                "{\"customer_id\":\"C-1001\",\"extra\":[{\"%s\":1}]}"
                                        .formatted("k".repeat(256)))
                        .send();
        var over =
                gateway.modernCall(
                                Tools.LOOKUP,
                                "{\"customer_id\":\"C-1001\",\"extra\":[{\"%s\":1}]}"
                                        .formatted("k".repeat(257)))
                        .send();

        assertThat(exact.code()).isZero();
        assertThat(over.code()).isEqualTo(-32602);
    }

    @ParameterizedTest
    @CsvSource({"62,true", "63,true", "64,false", "80,false", "5000,false"})
    void argumentsMayBeSixtyFourLevelsDeep(int arrays, boolean accepted) {
        var extra = "[".repeat(arrays) + "]".repeat(arrays);

        var reply =
                gateway.modernCall(
                                Tools.LOOKUP,
                                "{\"customer_id\":\"C-1001\",\"extra\":%s}".formatted(extra))
                        .send();

        assertThat(gateway.gate.enforced).hasSize(accepted ? 1 : 0);
        assertThat(reply.code()).isEqualTo(accepted ? 0 : -32602);
    }

    @Test
    void argumentsOfTheLimitAreReadAndOneByteMoreIsNot() {
        var empty = "{\"customer_id\":\"C-1001\",\"extra\":\"\"}".length();
        var limit = 256 * 1024;

        var exact =
                gateway.modernCall(
                                Tools.LOOKUP,
                                "{\"customer_id\":\"C-1001\",\"extra\":\"%s\"}"
                                        .formatted("x".repeat(limit - empty)))
                        .send();
        var over =
                gateway.modernCall(
                                Tools.LOOKUP,
                                "{\"customer_id\":\"C-1001\",\"extra\":\"%s\"}"
                                        .formatted("x".repeat(limit - empty + 1)))
                        .send();

        assertThat(exact.result().path("isError").asBoolean(true)).isFalse();
        assertThat(over.code()).isEqualTo(-32602);
        assertThat(gateway.gate.enforced).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|/customer_id|required",
                "{\"customer_id\":7}|/customer_id|type",
                "{\"customer_id\":\"1001\"}|/customer_id|pattern",
                "{\"customer_id\":\"C-1001\",\"other\":1}|/other|additionalProperties",
                "{\"customer_id\":\"C-1001\",\"amount\":-5}|/amount|minimum",
                "{\"customer_id\":\"C-1001\",\"amount\":0.005}|/amount|minimum",
                "{\"customer_id\":\"C-1001\",\"amount\":1.005}|/amount|multipleOf",
                "{\"customer_id\":\"C-1001\",\"amount\":\"5\"}|/amount|type",
                "{\"customer_id\":\"C-1001\",\"page\":{\"size\":101}}|/page/size|maximum"
            })
    void argumentsThatBreakTheSchemaAreRefusedAndRecordedWithoutTheirText(
            String arguments, String path, String rule) {
        var reply = gateway.modernCall(Tools.LOOKUP, arguments).send();

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.result().path("isError").asBoolean()).isTrue();
        var structured = reply.result().path("structuredContent");
        assertThat(structured.path("code").asText()).isEqualTo("invalid_arguments");
        assertThat(structured.path("path").asText()).isEqualTo(path);
        assertThat(structured.path("rule").asText()).isEqualTo(rule);
        assertThat(structured.path("callId").asText()).hasSize(26);
        assertThat(structured.path("message").asText()).isNotBlank();
        assertThat(gateway.gate.enforced).isEmpty();
        var refused = gateway.gate.refused.getFirst();
        assertThat(refused.stage()).isEqualTo("mcp");
        assertThat(refused.code()).isEqualTo(RefusalCode.INVALID_ARGUMENTS);
        assertThat(refused.message())
                .doesNotContain("other")
                .doesNotContain("1001")
                .doesNotContain("101");
    }

    @Test
    void aMissingScopeIsAChallengeForAllThatTheCallNeedsAndIsRecorded() {
        var reply =
                gateway.modernCall(Tools.SEND, "{\"to\":\"a@example.com\"}")
                        .header("Mcp-Param-To", "a@example.com")
                        .send();

        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.header("WWW-Authenticate"))
                .isEqualTo(
                        "Bearer error=\"insufficient_scope\", scope=\"mail:send tools:write\","
                                + " resource_metadata=\"http://127.0.0.1:8080/.well-known/oauth-protected-resource/mcp\"");
        assertThat(reply.error().path("data").path("challenge").asText())
                .isEqualTo(reply.header("WWW-Authenticate"));
        assertThat(reply.body().path("id").asInt()).isEqualTo(7);
        assertThat(gateway.gate.enforced).isEmpty();
        assertThat(gateway.gate.refused.getFirst().stage()).isEqualTo("identity");
        assertThat(gateway.gate.refused.getFirst().code()).isEqualTo(RefusalCode.DENIED);
    }

    @Test
    void anAuthenticationThatIsNotEnoughIsAChallengeAndNoResult() {
        gateway.gate.answer(call ->
                new Outcome.Refused(
                        call.callId(),
                        "chain-1",
                        RefusalCode.STEP_UP_REQUIRED,
                        "a fresh, stronger authentication is needed",
                        List.of("mail needs a second factor"),
                        null,
                        null,
                        new Outcome.StepUp(300L)));

        var reply = gateway.modernCall(Tools.LOOKUP, C1001).send();

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("WWW-Authenticate"))
                .startsWith("Bearer error=\"insufficient_user_authentication\", ")
                .contains(", max_age=\"300\", scope=");
        var data = reply.error().path("data");
        assertThat(reply.error().path("message").asText())
                .isEqualTo(
                        "a fresh, stronger authentication is needed. reasons: mail needs a second"
                                + " factor");
        assertThat(data.path("challenge").asText()).isEqualTo(reply.header("WWW-Authenticate"));
        assertThat(data.path("error").asText()).isEqualTo("insufficient_user_authentication");
        assertThat(data.path("max_age").asLong()).isEqualTo(300);
        assertThat(data.path("code").asText()).isEqualTo("step_up_required");
        assertThat(data.path("reasons").path(0).asText()).isEqualTo("mail needs a second factor");
        assertThat(data.path("_meta").path(Product.META_CHAIN).asText()).isEqualTo("chain-1");
        assertThat(reply.body().path("id").asInt()).isEqualTo(7);
        // the gate decided and recorded it; nothing is counted as a request of nobody
        assertThat(gateway.gate.enforced).hasSize(1);
        assertThat(gateway.refusals).isEmpty();
    }

    @Test
    void aToolThatPolicyHidesIsStillForTheGateToRefuse() {
        gateway.hidden.add(Tools.LOOKUP);

        gateway.modernCall(Tools.LOOKUP, C1001).send();

        assertThat(gateway.gate.enforced).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "a@example.com,3,true,200",
                "=?base64?YUBleGFtcGxlLmNvbQ==?=,3,true,200",
                "a@example.com,3.0,true,200",
                "b@example.com,3,true,400",
                "-,3,true,400",
                "a@example.com,-,true,400",
                "a@example.com,4,true,400",
                "a@example.com,three,true,400",
                "a@example.com,3,false,400",
                "a@example.com,3,-,400",
                "=?base64?YUBleGFtcGxlLmNvbQ?=,3,true,400"
            })
    void mirroredArgumentsMustAgreeWithTheirHeaders(
            String to, String priority, String urgent, int status) {
        var reply =
                sender("{\"to\":\"a@example.com\",\"priority\":3,\"options\":{\"urgent\":true}}")
                        .header("Mcp-Param-To", to)
                        .header("Mcp-Param-Priority", priority)
                        .header("mcp-param-urgent", urgent)
                        .send();

        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.code()).isEqualTo(status == 200 ? 0 : -32020);
    }

    @Test
    void aMirroredHeaderWithoutItsArgumentIsAMismatch() {
        var call =
                sender("{\"to\":\"a@example.com\",\"priority\":null}")
                        .header("Mcp-Param-To", "a@example.com");

        assertThat(call.header("Mcp-Param-Priority", "3").send().code()).isEqualTo(-32020);
        assertThat(call.header("Mcp-Param-Priority", null).send().code()).isZero();
    }

    @Test
    void whatTheModelStatesIsTakenOutOfTheArguments() {
        gateway.modernCall(
                        Tools.LOOKUP,
                        "{\"customer_id\":\"C-1001\",\"_intent\":{\"request\":\"who is it?\",\"reason\":\"to answer\"}}")
                .send();

        var call = gateway.gate.enforced.getFirst();
        assertThat(call.arguments().has("_intent")).isFalse();
        assertThat(call.intent())
                .isEqualTo(
                        new StatedIntent(
                                StatedIntent.Source.MODEL_STATED,
                                "request: who is it?\nreason: to answer"));
    }

    @Test
    void whatTheHostStatesComesBeforeWhatTheModelStates() {
        var arguments = "{\"customer_id\":\"C-1001\",\"_intent\":{\"request\":\"model\"}}";
        var call = gateway.modernCall(Tools.LOOKUP, arguments);

        call.body(
                        call.text()
                                .replace(
                                        "\"_meta\":{",
                                        "\"_meta\":{\"%s\":{\"text\":\"host\"},"
                                                .formatted(Product.META_INTENT)))
                .send();

        assertThat(gateway.gate.enforced.getFirst().intent())
                .isEqualTo(new StatedIntent(StatedIntent.Source.CLIENT_META, "host"));
        assertThat(gateway.gate.enforced.getFirst().arguments().has("_intent")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"text\"|/_intent|type",
                "[]|/_intent|type",
                "{\"request\":7}|/_intent/request|type",
                "{\"other\":\"x\"}|/_intent|additionalProperties",
                "{\"request\":\"LONG\"}|/_intent/request|maxLength"
            })
    void anIntentThatIsNoneIsAnInvalidArgument(String intent, String path, String rule) {
        var reply =
                gateway.modernCall(
                                Tools.LOOKUP,
                                "{\"customer_id\":\"C-1001\",\"_intent\":%s}"
                                        .formatted(intent.replace("LONG", "x".repeat(2001))))
                        .send();

        assertThat(reply.result().path("structuredContent").path("path").asText()).isEqualTo(path);
        assertThat(reply.result().path("structuredContent").path("rule").asText()).isEqualTo(rule);
        assertThat(gateway.gate.enforced).isEmpty();
        assertThat(gateway.gate.refused).hasSize(1);
    }

    @Test
    void aHostIntentThatIsTooLongIsMalformed() {
        var call = gateway.modernCall(Tools.LOOKUP, C1001);

        var reply =
                call.body(
                                call.text()
                                        .replace(
                                                "\"_meta\":{",
                                                "\"_meta\":{\"%s\":\"%s\","
                                                        .formatted(
                                                                Product.META_INTENT,
                                                                "x".repeat(2001))))
                        .send();

        assertThat(reply.code()).isEqualTo(-32602);
        assertThat(gateway.gate.enforced).isEmpty();
    }

    @Test
    void aRefusalSaysWhatWhyAndWhereToLook() {
        gateway.gate.answer(call ->
                new Outcome.Refused(
                        call.callId(),
                        "chain-1",
                        RefusalCode.APPROVAL_REQUIRED,
                        "needs approval by `support-leads`",
                        List.of("large refund"),
                        new Outcome.ApprovalRequest(
                                "ap-1",
                                "sha256:00",
                                "https://console.example.com/ap-1",
                                Instant.parse("2026-11-23T11:00:00Z"))));

        var reply = gateway.modernCall(Tools.LOOKUP, C1001).send();

        var callId = gateway.gate.enforced.getFirst().callId();
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.result().path("isError").asBoolean()).isTrue();
        assertThat(reply.result().path("content").path(0).path("text").asText())
                .startsWith("needs approval by `support-leads`. reasons: large refund.")
                .endsWith("details: call " + callId);
        assertThat(reply.result().path("structuredContent").toString())
                .isEqualTo(
                        "{\"code\":\"approval_required\",\"message\":\"needs approval by `support-leads`\",\"callId\":\"%s\",\"reasons\":[\"large refund\"],\"approvalId\":\"ap-1\",\"url\":\"https://console.example.com/ap-1\",\"expires\":\"2026-11-23T11:00:00Z\"}"
                                .formatted(callId));
        assertThat(reply.result().path("_meta").path(Product.META_CHAIN).asText())
                .isEqualTo("chain-1");
        assertThat(reply.result().path("resultType").asText()).isEqualTo("complete");
    }

    @Test
    void aRefusalWithoutDetailsHasNoEmptyFields() {
        gateway.gate.answer(call ->
                new Outcome.Refused(call.callId(), "", RefusalCode.DENIED, "no", List.of(), null));

        var reply = gateway.modernCall(Tools.LOOKUP, C1001).send();

        assertThat(reply.result().path("structuredContent").size()).isEqualTo(3);
        assertThat(reply.result().path("_meta").has(Product.META_CHAIN)).isFalse();
    }

    @Test
    void aStructuredResultThatIsNoObjectIsForModernClientsOnly() {
        gateway.gate.answer(call -> {
            var mcp = JsonNodeFactory.instance.objectNode();
            mcp.putArray("content").addObject().put("type", "text").put("text", "[1]");
            mcp.putArray("structuredContent").add(1);
            return ReleasedResults.of(call, mcp);
        });

        var modern = gateway.modernCall(Tools.LOOKUP, C1001).send().result();
        var legacy =
                gateway.legacy(
                                "2025-11-25",
                                "tools/call",
                                "\"name\":\"%s\",\"arguments\":%s".formatted(Tools.LOOKUP, C1001))
                        .send()
                        .result();

        assertThat(modern.path("structuredContent").isArray()).isTrue();
        assertThat(legacy.has("structuredContent")).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void progressGoesBeforeTheResultInOneStream(Gateway.Shape shape) {
        twoSteps();

        var call = gateway.modernCall(Tools.LOOKUP, C1001);
        var modern =
                call.body(call.text().replace("\"_meta\":{", "\"_meta\":{\"progressToken\":7,"))
                        .send(shape);
        var legacy =
                gateway.legacy("2025-11-25", "tools/call", called("\"progressToken\":\"p\""))
                        .send(shape);

        for (var reply : List.of(modern, legacy)) {
            assertThat(reply.header("Content-Type")).isEqualTo("text/event-stream");
            assertThat(reply.header("X-Accel-Buffering")).isEqualTo("no");
            assertThat(reply.messages()).hasSize(3);
            assertThat(reply.messages().get(0).path("method").asText())
                    .isEqualTo("notifications/progress");
            assertThat(reply.messages().get(1).path("params").path("progress").asInt())
                    .isEqualTo(2);
            assertThat(reply.messages().get(2).path("result").path("structuredContent"))
                    .hasToString("{\"done\":true}");
        }
        assertThat(modern.messages().getFirst().path("params").path("progressToken").asInt())
                .isEqualTo(7);
        assertThat(legacy.messages().getFirst().path("params").path("progressToken").asText())
                .isEqualTo("p");
        assertThat(modern.text()).doesNotContain("\nid:").endsWith("}\n\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | application/json, text/event-stream",
                "'\"progressToken\":null' | application/json, text/event-stream",
                "'\"progressToken\":{\"a\":1}' | application/json, text/event-stream",
                "'\"progressToken\":\"p\"' | application/json",
            })
    void whoCannotBeToldOfProgressGetsTheResultAlone(String meta, String accept) {
        twoSteps();

        var reply =
                gateway.legacy("2025-11-25", "tools/call", called(meta))
                        .header("Accept", accept)
                        .send();

        assertThat(reply.header("Content-Type")).isEqualTo("application/json");
        assertThat(reply.result().path("structuredContent")).hasToString("{\"done\":true}");
    }

    private void twoSteps() {
        gateway.gate.answer(call -> {
            var mcp = JsonNodeFactory.instance.objectNode();
            mcp.putArray("content");
            mcp.putObject("structuredContent").put("done", true);
            return ReleasedResults.of(
                    call,
                    mcp,
                    List.of(new ToolOutcome.Progress(1, 2), new ToolOutcome.Progress(2, 2)));
        });
    }

    private static String called(String meta) {
        return "\"name\":\"%s\",\"arguments\":%s,\"_meta\":{%s}"
                .formatted(Tools.LOOKUP, C1001, meta);
    }

    @ParameterizedTest
    @EnumSource
    void everyAnswerHasACallIdOfItsOwn(Gateway.Shape shape) {
        var ids = new ArrayList<String>();
        for (var i = 0; i < 3; i++) {
            ids.add(
                    gateway.modernCall(Tools.LOOKUP, C1001)
                            .send(shape)
                            .result()
                            .path("_meta")
                            .path(Product.META_CALL_ID)
                            .asText());
            ids.add(
                    gateway.modernCall("no___tool", "{}")
                            .send(shape)
                            .error()
                            .path("data")
                            .path(Product.META_CALL_ID)
                            .asText());
        }

        assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.length() == 26);
    }

    private Gateway.Call sender(String arguments) {
        return gateway.modernCall(Tools.SEND, arguments)
                .token(gateway.issuer.token().claim("scope", "tools:write mail:send").compact());
    }

    private static List<String> names(Gateway.Reply reply) {
        var names = new ArrayList<String>();
        for (JsonNode tool : reply.result().path("tools")) {
            names.add(tool.path("name").asText());
        }
        return names;
    }
}
