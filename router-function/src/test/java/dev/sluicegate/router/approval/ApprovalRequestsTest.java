package dev.sluicegate.router.approval;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.policy.Decision;
import dev.sluicegate.router.chain.ChainState;
import dev.sluicegate.router.enforcement.InboundCall;
import dev.sluicegate.router.enforcement.Outcome;
import dev.sluicegate.router.enforcement.StatedIntent;
import dev.sluicegate.router.identity.EffectiveIdentity;
import dev.sluicegate.router.policy.CataloguedTool;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class ApprovalRequestsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final ChainState CHAIN =
            new ChainState(
                    "chain-1",
                    true,
                    1,
                    Set.of(),
                    Set.of(),
                    false,
                    new ChainState.Quota("2026-11-23", 0, 0, BigDecimal.ZERO));

    @Test
    void theBindingIsTheSameForTheSameOperationOnly() {
        var same = bind("1", "sha256:code", "ada", "demo", "cli", "dev", "{\"a\":1,\"b\":2}", "s1");
        var bindings = new HashSet<String>();
        bindings.add(same);
        bindings.add(
                bind("1", "sha256:code", "ada", "demo", "cli", "dev", "{\"b\":2,\"a\":1}", "s1"));

        assertThat(bindings).hasSize(1);

        bindings.add(
                bind("2", "sha256:code", "ada", "demo", "cli", "dev", "{\"a\":1,\"b\":2}", "s1"));
        bindings.add(
                bind("1", "sha256:xxxx", "ada", "demo", "cli", "dev", "{\"a\":1,\"b\":2}", "s1"));
        bindings.add(
                bind("1", "sha256:code", "eve", "demo", "cli", "dev", "{\"a\":1,\"b\":2}", "s1"));
        bindings.add(
                bind("1", "sha256:code", "ada", "othr", "cli", "dev", "{\"a\":1,\"b\":2}", "s1"));
        bindings.add(
                bind("1", "sha256:code", "ada", "demo", "clj", "dev", "{\"a\":1,\"b\":2}", "s1"));
        bindings.add(
                bind("1", "sha256:code", "ada", "demo", "cli", "prod", "{\"a\":1,\"b\":2}", "s1"));
        bindings.add(
                bind("1", "sha256:code", "ada", "demo", "cli", "dev", "{\"a\":1,\"b\":3}", "s1"));
        bindings.add(
                bind("1", "sha256:code", "ada", "demo", "cli", "dev", "{\"a\":1,\"b\":2}", "s2"));

        assertThat(bindings).hasSize(9).allMatch(bind -> bind.matches("sha256:[0-9a-f]{64}"));
    }

    @Test
    void requestAndPointerAreWrittenTogetherAndOnlyIfTheyAreNew() {
        var made = new Outcome.ApprovalRequest("id-1", "sha256:b", null, NOW.plusSeconds(900));

        var items = requests().items(call("ada", "{\"amount\":900}"), CHAIN, need(), made);

        var meta = items.getFirst().put();
        assertThat(meta.conditionExpression()).isEqualTo("attribute_not_exists(#pk)");
        assertThat(meta.item())
                .containsEntry("pk", AttributeValue.fromS("approval#demo#id-1"))
                .containsEntry("sk", AttributeValue.fromS("META"))
                .containsEntry("status", AttributeValue.fromS("PENDING"))
                .containsEntry("bind", AttributeValue.fromS("sha256:b"))
                .containsEntry("requester", AttributeValue.fromS("ada"))
                .containsEntry("tool", AttributeValue.fromS("billing___refund"))
                .containsEntry(
                        "approveBy",
                        AttributeValue.fromN(Long.toString(NOW.getEpochSecond() + 900)));
        assertThat(requireNonNull(meta.item().get("rule")).m())
                .containsEntry("approver", AttributeValue.fromS("billing-leads"));
        var pointer = items.getLast().put();
        assertThat(pointer.conditionExpression())
                .isEqualTo("attribute_not_exists(#pk) OR #approveBy <= :now");
        assertThat(pointer.item())
                .containsEntry("pk", AttributeValue.fromS("bind#demo#sha256:b"))
                .containsEntry("sk", AttributeValue.fromS("OPEN"))
                .containsEntry("approvalId", AttributeValue.fromS("id-1"));
    }

    @Test
    void noArgumentIsKept() {
        var made = new Outcome.ApprovalRequest("id-1", "sha256:b", null, NOW.plusSeconds(900));

        var items =
                requests().items(call("ada", "{\"note\":\"do not keep\"}"), CHAIN, need(), made);

        assertThat(items.toString()).doesNotContain("do not keep");
    }

    @Test
    void aPendingRequestIsFoundUntilItsTimeIsOver() {
        var binding = new Binding("sha256:b");
        var row =
                Map.of(
                        "approvalId", AttributeValue.fromS("id-1"),
                        "approveBy", AttributeValue.fromN(Long.toString(NOW.getEpochSecond() + 1)));

        assertThat(ApprovalRequests.pending(row, binding, NOW))
                .isEqualTo(
                        new Outcome.ApprovalRequest("id-1", "sha256:b", null, NOW.plusSeconds(1)));
        assertThat(ApprovalRequests.pending(row, binding, NOW.plusSeconds(1))).isNull();
        assertThat(ApprovalRequests.pending(Map.of(), binding, NOW)).isNull();
    }

    @Test
    void aTableThatDoesNotAnswerMeansNoRequest() {
        assertThatThrownBy(() -> requests().request(call("ada", "{}"), CHAIN, need()))
                .isInstanceOf(ApprovalUnavailableException.class);
    }

    private static ApprovalRequests requests() {
        var nobody =
                DynamoDbClient.builder()
                        .region(Region.EU_CENTRAL_1)
                        .endpointOverride(URI.create("http://127.0.0.1:1"))
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create("test", "test")))
                        .overrideConfiguration(o -> o.apiCallTimeout(Duration.ofSeconds(2)))
                        .httpClientBuilder(AwsCrtHttpClient.builder())
                        .build();
        return new ApprovalRequests(nobody, "approvals", CLOCK);
    }

    private static Decision.NeedsApproval need() {
        return need("s1");
    }

    private static Decision.NeedsApproval need(String set) {
        return new Decision.NeedsApproval(
                new Decision.Basis(
                        List.of("p"), List.of("r"), List.of(), "billing", set, 1, "sha256:i"),
                new Decision.ApprovalRule("billing-leads", Duration.ofMinutes(15), 1));
    }

    private static InboundCall call(String principal, String arguments) {
        return call("1", "sha256:code", principal, "demo", "cli", "dev", arguments);
    }

    private static String bind(
            String version,
            String code,
            String principal,
            String tenant,
            String client,
            String env,
            String arguments,
            String set) {
        return Binding.of(
                        call(version, code, principal, tenant, client, env, arguments),
                        need(set).basis())
                .sha();
    }

    private static InboundCall call(
            String version,
            String code,
            String principal,
            String tenant,
            String client,
            String env,
            String arguments) {
        var manifest =
                ToolManifest.read(
                        new ByteArrayInputStream(
                                """
                                {"name":"billing___refund","version":"%s","owner":"o","title":"t",
                                 "description":"d","effect":"write","risk":"low",
                                 "inputSchema":{"type":"object","additionalProperties":false},
                                 "outputSchema":{"type":"object"}}
                                """
                                        .formatted(version)
                                        .getBytes(StandardCharsets.UTF_8)));
        var identity =
                new EffectiveIdentity(
                        tenant,
                        principal,
                        "https://issuer.example",
                        true,
                        Set.of(),
                        Set.of(),
                        client,
                        "known",
                        env,
                        false,
                        null,
                        null,
                        null,
                        NOW.plusSeconds(60));
        try {
            return new InboundCall(
                    "01J00000000000000000000000",
                    identity,
                    new CataloguedTool(manifest, "arn:f", null, "grant", code),
                    (ObjectNode) JSON.readTree(arguments),
                    StatedIntent.NONE,
                    "1",
                    "2026-07-28",
                    null,
                    null,
                    NOW);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
