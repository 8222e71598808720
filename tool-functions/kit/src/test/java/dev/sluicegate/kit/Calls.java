package dev.sluicegate.kit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.CallGrant;
import dev.sluicegate.contract.InvocationRequest;
import dev.sluicegate.contract.SessionTags;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.Ulid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One call of ada as a router would send it, and every way a test wants it bent. */
final class Calls {
    static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    static final String FUNCTION =
            "arn:aws:lambda:eu-central-1:000000000000:function:sluicegate-dev-tool-crm-note";
    static final String DATA_ROLE = "arn:aws:iam::000000000000:role/sluicegate-dev-data-crm-note";
    static final String PRINCIPAL = "abcdefghijklmnopqrstuvwxyz";
    static final byte[] KEY = CallGrant.key("the tool's secret");
    static final Map<String, String> ENVIRONMENT =
            Map.of(
                    "TOOL_NAME", "crm___note",
                    "DATA_ROLE_ARN", DATA_ROLE,
                    "CUSTOMERS_TABLE", "sluicegate-dev-demo-customers");

    private static final ObjectMapper JSON = new ObjectMapper();

    private Calls() {}

    static ToolManifest manifest(String effect) {
        var json =
                """
                {"name": "crm___note", "version": "1", "owner": "crm", "title": "Note",
                 "description": "Notes", "effect": "%s", "risk": "low",
                 "inputSchema": {"type": "object", "additionalProperties": false,
                   "properties": {"customer_id": {"type": "string"}}, "required": ["customer_id"]},
                 "outputSchema": {"type": "object", "additionalProperties": false,
                   "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]},
                 "bind": {"customer": "$.customer_id"},
                 "role": {"statements": [{"Sid": "Bound", "Effect": "Allow",
                   "Action": ["dynamodb:GetItem"], "Resource": ["${table:customers}"],
                   "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys":
                     ["${aws:PrincipalTag/tenant}#${aws:PrincipalTag/customer}"]}}}]},
                 "consequence": "Note"}
                """
                        .formatted(effect);
        try {
            return ToolManifest.of(JSON.readTree(json));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Call call() {
        return new Call(
                JsonNodeFactory.instance.objectNode().put("customer_id", "C-1001"),
                grant -> grant,
                KEY,
                claims -> claims,
                true,
                Ulid.next(CLOCK));
    }

    record Call(
            ObjectNode arguments,
            UnaryOperator<ObjectNode> grantClaims,
            byte[] key,
            UnaryOperator<ObjectNode> tokenClaims,
            boolean withToken,
            String callId) {

        Call withGrant(UnaryOperator<ObjectNode> claims) {
            return new Call(arguments, claims, key, tokenClaims, withToken, callId);
        }

        Call withGrantClaim(String name, Object value) {
            return withGrant(claims -> claims.putPOJO(name, value));
        }

        Call withKey(byte[] other) {
            return new Call(arguments, grantClaims, other, tokenClaims, withToken, callId);
        }

        Call withTokenClaims(UnaryOperator<ObjectNode> claims) {
            return new Call(arguments, grantClaims, key, claims, withToken, callId);
        }

        Call withTokenTag(String name, String value) {
            return withTokenClaims(claims -> {
                ((ObjectNode) claims.at("/https:~1~1aws.amazon.com~1tags/principal_tags"))
                        .putArray(name)
                        .add(value);
                return claims;
            });
        }

        Call withoutToken() {
            return new Call(arguments, grantClaims, key, tokenClaims, false, callId);
        }

        Call about(String customerId) {
            return new Call(
                    JsonNodeFactory.instance.objectNode().put("customer_id", customerId),
                    grantClaims,
                    key,
                    tokenClaims,
                    withToken,
                    callId);
        }

        CallGrant grant() {
            return new CallGrant(
                    CallGrant.TYP,
                    "v1",
                    callId,
                    "crm___note",
                    FUNCTION,
                    CanonicalJson.sha256(arguments),
                    "demo",
                    PRINCIPAL,
                    "support",
                    List.of("support"),
                    "dev",
                    "inspector",
                    "sha256:11",
                    7,
                    null,
                    NOW.getEpochSecond(),
                    NOW.getEpochSecond() + 60,
                    Ulid.next(CLOCK));
        }

        String compactGrant() {
            try {
                var claims = grantClaims.apply(JSON.valueToTree(grant()));
                return JSON.treeToValue(JSON.readTree(claims.toString()), CallGrant.class)
                        .sign(key);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        String token() {
            var tags = JSON.createObjectNode();
            tags().forEach((name, value) -> tags.putArray(name).add(value));
            var claims =
                    JSON.createObjectNode()
                            .put("iss", "https://issuer.sluicegate.internal")
                            .put("aud", "crm___note")
                            .put("https://aws.amazon.com/source_identity", PRINCIPAL);
            claims.putObject("https://aws.amazon.com/tags").set("principal_tags", tags);
            var payload = tokenClaims.apply(claims).toString().getBytes(StandardCharsets.UTF_8);
            return "e30." + Base64.getUrlEncoder().withoutPadding().encodeToString(payload) + ".AA";
        }

        Map<String, String> tags() {
            return new TreeMap<>(
                    SessionTags.of(
                            "demo",
                            PRINCIPAL,
                            "support",
                            List.of("support"),
                            "dev",
                            "crm___note",
                            "inspector",
                            Map.of("customer", arguments.path("customer_id").asText())));
        }

        byte[] bytes() {
            return bytes(compactGrant(), arguments);
        }

        byte[] bytes(String grant, ObjectNode sentArguments) {
            @Nullable String token = withToken ? token() : null;
            var request =
                    new InvocationRequest(
                            grant,
                            token,
                            sentArguments,
                            "sha256:ab",
                            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
            return CanonicalJson.bytes(JSON.valueToTree(request));
        }
    }
}
