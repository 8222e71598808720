package dev.sluicegate.router.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.policy.Decision;
import dev.sluicegate.policy.DecisionRequest;
import dev.sluicegate.policy.DecisionRequest.Caller;
import dev.sluicegate.policy.DecisionRequest.Chain;
import dev.sluicegate.policy.DecisionRequest.Egress;
import dev.sluicegate.policy.DecisionRequest.Quota;
import dev.sluicegate.policy.DecisionRequest.Session;
import dev.sluicegate.policy.Gateway;
import dev.sluicegate.policy.InvalidPolicyException;
import dev.sluicegate.policy.PolicySources;
import dev.sluicegate.policy.UnrepresentableInputException;
import dev.sluicegate.router.enforcement.PolicyUnavailableException;
import dev.sluicegate.router.policy.PublishedPolicies.Freshness;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

class PublishedPoliciesTest {
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

    private final InMemoryPolicyTable table = new InMemoryPolicyTable();
    private final AtomicLong nanos = new AtomicLong();
    private final PolicyPublisher publisher =
            new PolicyPublisher(table, Clock.fixed(NOW, ZoneOffset.UTC));
    private final PublishedPolicies policies =
            new PublishedPolicies(table, Gateway.PLAIN, Freshness.DEFAULT, nanos::get);

    @Test
    void aPublishedPolicyDecides() {
        publish(permit("support"));

        var decision = policies.decide(request("crm___read"));

        assertThat(decision).isInstanceOf(Decision.Permit.class);
        assertThat(decision.basis().version()).isEqualTo(1);
        assertThat(decision.basis().policies()).containsExactly("test");
        assertThat(decision.basis().role()).isEqualTo("support");
    }

    @Test
    void aNewPublicationChangesTheNextDecisionWithoutARestart() {
        publish(permit("support"));
        policies.decide(request("crm___read"));
        publish(permit("nobody"));

        var soon = policies.decide(request("crm___read"));
        pass(Duration.ofSeconds(2));
        var later = policies.decide(request("crm___read"));

        assertThat(soon).isInstanceOf(Decision.Permit.class);
        assertThat(later).isInstanceOf(Decision.Deny.class);
        assertThat(later.basis().version()).isEqualTo(2);
    }

    @Test
    void theHeadIsReadOncePerIntervalAndASliceOnce() {
        publish(permit("support"));
        table.headReads = 0;

        for (var i = 0; i < 10; i++) {
            policies.decide(request("crm___read"));
        }
        pass(Duration.ofSeconds(2));
        policies.decide(request("crm___read"));

        assertThat(table.headReads).isEqualTo(2);
        assertThat(table.sliceReads).isEqualTo(1);
        assertThat(table.queries).isEqualTo(1);
    }

    @Test
    void whileTheTableIsDownReadsGoOnAndWritesAreRefused() {
        publish(permit("support"));
        policies.decide(request("crm___read"));
        policies.decide(request("crm___write"));
        table.down = true;
        pass(Duration.ofSeconds(2));

        assertThat(policies.decide(request("crm___read"))).isInstanceOf(Decision.Permit.class);
        assertThatThrownBy(() -> policies.decide(request("crm___write")))
                .isInstanceOf(PolicyUnavailableException.class);
        assertThatThrownBy(() -> policies.decide(request("crm___destroy")))
                .isInstanceOf(PolicyUnavailableException.class);
        assertThatThrownBy(() -> policies.decide(request("crm___unknown")))
                .isInstanceOf(PolicyUnavailableException.class);
    }

    @Test
    void afterTheMaximumAgeReadsAreRefusedToo() {
        publish(permit("support"));
        policies.decide(request("crm___read"));
        table.down = true;

        pass(Duration.ofSeconds(60).minusNanos(1));
        assertThat(policies.decide(request("crm___read"))).isInstanceOf(Decision.Permit.class);
        pass(Duration.ofNanos(1));

        assertThatThrownBy(() -> policies.decide(request("crm___read")))
                .isInstanceOf(PolicyUnavailableException.class)
                .hasMessageContaining("60 s ago");
        assertThatThrownBy(policies::tools).isInstanceOf(PolicyUnavailableException.class);
    }

    @Test
    void aTableThatComesBackIsUsedAgain() {
        publish(permit("support"));
        policies.decide(request("crm___write"));
        table.down = true;
        pass(Duration.ofSeconds(70));
        assertThatThrownBy(() -> policies.decide(request("crm___write")))
                .isInstanceOf(PolicyUnavailableException.class);

        table.down = false;
        pass(Duration.ofMillis(250));

        assertThat(policies.decide(request("crm___write"))).isInstanceOf(Decision.Permit.class);
    }

    @Test
    void aFailingTableIsNotAskedByEveryCall() {
        publish(permit("support"));
        policies.decide(request("crm___read"));
        table.down = true;
        pass(Duration.ofSeconds(2));
        table.headReads = 0;

        for (var i = 0; i < 10; i++) {
            policies.decide(request("crm___read"));
        }

        assertThat(table.headReads).isEqualTo(1);
    }

    @Test
    void neverLoadedMeansUnavailable() {
        assertThatThrownBy(() -> policies.decide(request("crm___read")))
                .isInstanceOf(PolicyUnavailableException.class);
        assertThatThrownBy(() -> policies.mayPermit(ada(), "crm___read"))
                .isInstanceOf(PolicyUnavailableException.class);
        assertThatThrownBy(() -> policies.find("crm___read"))
                .isInstanceOf(PolicyUnavailableException.class);
    }

    @Test
    void aPublicationThatCannotBeLoadedKeepsReadsOnTheLastGoodOne() {
        publish(permit("support"));
        policies.decide(request("crm___read"));
        publish(permit("nobody"));
        table.catalogueDown = true;
        pass(Duration.ofSeconds(2));

        assertThat(policies.decide(request("crm___read")).basis().version()).isEqualTo(1);
        assertThatThrownBy(() -> policies.decide(request("crm___write")))
                .isInstanceOf(PolicyUnavailableException.class);
    }

    @Test
    void anUnreadableSliceRefusesAndIsReadAgain() {
        publish(permit("support"));
        policies.tools();
        table.down = true;
        assertThatThrownBy(() -> policies.decide(request("crm___read")))
                .isInstanceOf(PolicyUnavailableException.class);

        table.down = false;

        assertThat(policies.decide(request("crm___read"))).isInstanceOf(Decision.Permit.class);
    }

    @Test
    void aMissingSliceRefusesInsteadOfDenyingSilently() {
        publish(permit("support"));
        table.items.keySet().removeIf(key -> key.contains("|slice#"));

        assertThatThrownBy(() -> policies.decide(request("crm___read")))
                .isInstanceOf(PolicyUnavailableException.class);
    }

    @Test
    void aVersionThatGoesBackIsNotBelieved() {
        publish(permit("support"));
        var first = table.items.get("head|head");
        publish(permit("nobody"));
        policies.decide(request("crm___write"));
        table.items.put("head|head", first);
        pass(Duration.ofSeconds(2));

        assertThatThrownBy(() -> policies.decide(request("crm___write")))
                .isInstanceOf(PolicyUnavailableException.class);
    }

    @Test
    void aCatalogueThatWasChangedInPlaceIsNotBelieved() {
        publish(permit("support"));
        table.items.forEach((key, item) -> {
            if (key.endsWith("|tool#crm___read")) {
                item.put("functionArn", AttributeValue.fromS("arn:aws:lambda:::evil"));
            }
        });

        assertThatThrownBy(policies::tools).isInstanceOf(PolicyUnavailableException.class);
    }

    @Test
    void aToolOutsideTheCatalogueIsDenied() {
        publish(permit("support"));

        assertThat(policies.decide(request("crm___unknown"))).isInstanceOf(Decision.Deny.class);
        assertThat(policies.find("crm___unknown")).isEmpty();
        assertThat(policies.mayPermit(ada(), "crm___unknown")).isFalse();
    }

    @Test
    void theCatalogueComesBackAsPublishedInNameOrder() {
        publish(permit("support"));

        assertThat(policies.tools()).isEqualTo(tools());
        assertThat(policies.find("crm___read")).contains(tools().get(1));
    }

    @Test
    void aListingLoadsAllSlicesAtOnce() {
        publish(permit("support"));

        for (var tool : policies.tools()) {
            assertThat(policies.mayPermit(ada(), tool.name())).isTrue();
        }

        assertThat(table.sliceReads).isZero();
        assertThat(table.queries).isEqualTo(2);
    }

    @Test
    void afterARestoreNothingIsTrustedUnseen() {
        publish(permit("support"));
        policies.decide(request("crm___read"));
        table.down = true;

        policies.forget();

        assertThatThrownBy(() -> policies.decide(request("crm___read")))
                .isInstanceOf(PolicyUnavailableException.class);
    }

    @Test
    void argumentsThatPolicyCannotSeeAreNotAnOutage() {
        publish(permit("support"));

        assertThatThrownBy(
                        () -> policies.decide(request("crm___read", "{\"n\": {\"__entity\": 1}}")))
                .isInstanceOf(UnrepresentableInputException.class);
    }

    @Test
    void publishingTheSameAgainChangesNothing() {
        var first = publish(permit("support"));
        var items = Map.copyOf(table.items);

        var second = publish(permit("support"));

        assertThat(first.changed()).isTrue();
        assertThat(second.changed()).isFalse();
        assertThat(second.version()).isEqualTo(1);
        assertThat(second.set()).isEqualTo(first.set());
        assertThat(table.items).isEqualTo(items);
    }

    @Test
    void goingBackToAnEarlierSetIsANewVersion() {
        var first = publish(permit("support"));
        publish(permit("nobody"));

        var third = publish(permit("support"));

        assertThat(third.set()).isEqualTo(first.set());
        assertThat(third.version()).isEqualTo(3);
        assertThat(policies.decide(request("crm___read")).basis().version()).isEqualTo(3);
    }

    @Test
    void anotherCatalogueWithTheSamePoliciesIsANewVersion() {
        publish(permit("support"));
        var moved = new ArrayList<>(tools());
        var old = moved.removeFirst();
        moved.add(
                new CataloguedTool(
                        old.manifest(), "arn:new", null, old.grantSecretId(), old.codeSha()));

        var second = publisher.publish(sources(permit("support")), moved, "petra");

        assertThat(second.changed()).isTrue();
        assertThat(second.version()).isEqualTo(2);
    }

    @Test
    void refusedPoliciesLeaveTheTableAlone() {
        publish(permit("support"));
        var items = Map.copyOf(table.items);

        assertThatThrownBy(() -> publish("permit (principal, action, resource);"))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining("@id");

        assertThat(table.items).isEqualTo(items);
    }

    @Test
    void ofTwoPublishersAtOnceOneLoses() {
        publish(permit("support"));
        var late =
                new PolicyPublisher(
                        new RacingTable(table, () -> publish(permit("other"))),
                        Clock.fixed(NOW, ZoneOffset.UTC));

        assertThatThrownBy(() -> late.publish(sources(permit("nobody")), tools(), "petra"))
                .isInstanceOf(PublishConflictException.class);
        assertThat(policies.decide(request("crm___read")).basis().version()).isEqualTo(2);
    }

    @Test
    void theRecordOfAPublicationIsWrittenWithTheHead() {
        var seen = new ArrayList<PolicyPublisher.Publication>();

        publisher.publish(
                sources(permit("support")),
                tools(),
                "petra",
                publication -> {
                    seen.add(publication);
                    return List.of(TransactWriteItem.builder().build());
                });

        assertThat(seen).singleElement().extracting(p -> p.by()).isEqualTo("petra");
        assertThat(table.together).hasSize(1);
    }

    /** Lets somebody else publish just before the head moves. */
    private record RacingTable(InMemoryPolicyTable table, Runnable other) implements PolicyTable {
        @Override
        public Map<String, AttributeValue> get(String pk, String sk) {
            return table.get(pk, sk);
        }

        @Override
        public List<Map<String, AttributeValue>> query(String pk, String prefix) {
            return table.query(pk, prefix);
        }

        @Override
        public void putIfAbsent(Map<String, AttributeValue> item) {
            table.putIfAbsent(item);
        }

        @Override
        public TransactWriteItem headMove(Map<String, AttributeValue> head, long expected) {
            return table.headMove(head, expected);
        }

        @Override
        public void moveHead(
                Map<String, AttributeValue> head, long expected, List<TransactWriteItem> writes) {
            other.run();
            table.moveHead(head, expected, writes);
        }
    }

    private PolicyPublisher.Publication publish(String cedar) {
        return publisher.publish(sources(cedar), tools(), "petra");
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static String permit(String role) {
        return "@id(\"test\") permit (principal in Mcp::Role::\"%s\", action, resource);"
                .formatted(role);
    }

    private static PolicySources sources(String cedar) {
        var files = new TreeMap<String, String>();
        files.put("test.cedar", cedar);
        return new PolicySources(files, PolicySources.baseline().stub());
    }

    private static List<CataloguedTool> tools() {
        return List.of(
                tool("crm___destroy", "destructive"),
                tool("crm___read", "read"),
                tool("crm___write", "write"));
    }

    private static CataloguedTool tool(String name, String effect) {
        var json =
                """
                {"name": "%s", "version": "1", "owner": "team", "title": "t", "description": "d",
                 "effect": "%s", "risk": "low", "egress": false,
                 "inputSchema": {"type": "object", "properties": {"n": {"type": "number"}}, "additionalProperties": false},
                 "outputSchema": {"type": "object"}}
                """
                        .formatted(name, effect);
        return new CataloguedTool(
                ToolManifest.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8))),
                "arn:aws:lambda:eu-central-1:000000000000:function:" + name,
                effect.equals("read") ? "arn:aws:iam::000000000000:role/data" : null,
                "grant-" + name,
                "sha256:00");
    }

    private static Caller ada() {
        return new Caller("ada", true, Set.of("support"), Map.of(), "dev");
    }

    private static DecisionRequest request(String tool) {
        return request(tool, "{\"n\": 1.5}");
    }

    private static DecisionRequest request(String tool, String input) {
        try {
            return new DecisionRequest(
                    ada(),
                    tool,
                    (ObjectNode) new JsonMapper().readTree(input),
                    new Session("inspector", "known", false, 60, "127.0.0.1", NOW, 10, 1),
                    new Chain("chain-1", 0, Set.of(), Set.of(), false),
                    new Quota(0, 0, BigDecimal.ZERO),
                    new Egress(Set.of(), Set.of()),
                    false);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
