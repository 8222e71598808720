package dev.sluicegate.router.policy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class PublishedPoliciesTest {
    private static final PolicyEditor EDITOR = new DeploymentEditor("test");
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

    private final InMemoryPolicyTable table = new InMemoryPolicyTable();
    private final AtomicLong nanos = new AtomicLong();
    private final PolicyPublisher publisher =
            new PolicyPublisher(table, table, false, Clock.fixed(NOW, ZoneOffset.UTC));
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
        var first = requireNonNull(table.items.get("head|head"));
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
    void aHeadThatGoesBackKeepsReadsOnTheNewerSet() {
        publish(permit("support"));
        var first = requireNonNull(table.items.get("head|head"));
        publish(permit("support") + "// two");
        policies.decide(request("crm___read"));
        table.items.put("head|head", first);
        pass(Duration.ofSeconds(2));

        assertThat(policies.decide(request("crm___read")).basis().version()).isEqualTo(2);
        pass(Duration.ofSeconds(60));
        assertThatThrownBy(() -> policies.decide(request("crm___read")))
                .isInstanceOf(PolicyUnavailableException.class);
    }

    @Test
    void aHeadOfTheSameVersionWithAnotherSetIsNotBelieved() {
        publish(permit("nobody"));
        policies.decide(request("crm___write"));
        var other = new InMemoryPolicyTable();
        new PolicyPublisher(other, other, false, Clock.fixed(NOW, ZoneOffset.UTC))
                .install(sources(permit("support")), tools());
        table.items.putAll(other.items);
        pass(Duration.ofSeconds(2));

        assertThatThrownBy(() -> policies.decide(request("crm___write")))
                .isInstanceOf(PolicyUnavailableException.class);
        assertThat(policies.decide(request("crm___read"))).isInstanceOf(Decision.Deny.class);
    }

    @Test
    void aSliceThatWasChangedInPlaceIsNotBelieved() {
        publish(permit("nobody"));
        table.items.forEach((key, item) -> {
            if (key.endsWith("|slice#crm___read")) {
                var json = text(item).replace("nobody", "support");
                item.put("json", AttributeValue.fromS(json));
            }
        });

        assertThatThrownBy(() -> policies.decide(request("crm___read")))
                .isInstanceOf(PolicyUnavailableException.class);
        assertThatThrownBy(() -> policies.mayPermit(ada(), "crm___read"))
                .isInstanceOf(PolicyUnavailableException.class);
    }

    @Test
    void anIndexThatWasChangedInPlaceIsNotBelieved() {
        publish(permit("support"));
        table.items.forEach((key, item) -> {
            if (key.endsWith("|index")) {
                item.put(
                        "json",
                        AttributeValue.fromS(
                                text(item).replace("\"shadows\":{}", "\"shadows\":{\"x\":\"y\"}")));
            }
        });

        assertThatThrownBy(() -> policies.decide(request("crm___read")))
                .isInstanceOf(PolicyUnavailableException.class);
    }

    @Test
    void whileTheTableIsSlowReadersDoNotWaitForIt() throws Exception {
        publish(permit("support"));
        policies.decide(request("crm___read"));
        pass(Duration.ofSeconds(2));
        var asked = new CountDownLatch(1);
        var answer = new CountDownLatch(1);
        table.beforeGet =
                () -> {
                    asked.countDown();
                    await(answer);
                };
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var slow = threads.submit(() -> policies.decide(request("crm___read")));
            await(asked);
            var writer = threads.submit(() -> policies.decide(request("crm___write")));

            assertThat(policies.decide(request("crm___read"))).isInstanceOf(Decision.Permit.class);
            assertThat(slow.isDone()).isFalse();
            assertThat(writer.isDone()).as("a write waits for the answer").isFalse();
            table.down = true;
            answer.countDown();

            assertThat(slow.get()).isInstanceOf(Decision.Permit.class);
            assertThatThrownBy(writer::get).hasCauseInstanceOf(PolicyUnavailableException.class);
        }
    }

    @Test
    void aTableThatTakesLongToFailIsAskedLessOften() {
        publish(permit("support"));
        policies.decide(request("crm___read"));
        pass(Duration.ofSeconds(2));
        table.down = true;
        table.beforeGet = () -> pass(Duration.ofSeconds(1));
        table.headReads = 0;

        policies.decide(request("crm___read"));
        pass(Duration.ofMillis(900));
        policies.decide(request("crm___read"));
        pass(Duration.ofMillis(100));
        policies.decide(request("crm___read"));

        assertThat(table.headReads).isEqualTo(2);
    }

    @Test
    void freshnessHasBounds() {
        assertThatThrownBy(() -> new Freshness(Duration.ofMillis(5_001), Duration.ofSeconds(60)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Freshness(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Freshness(Duration.ofSeconds(2), Duration.ofHours(2)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(new Freshness(Duration.ofSeconds(5), Duration.ofHours(1))).isNotNull();
    }

    @Test
    void aPolicyInShadowIsToldOfAndChangesNothing() {
        publish(
                permit("support")
                        + "@id(\"trial\") @mode(\"shadow\") forbid (principal, action =="
                        + " Mcp::Action::\"crm___read\", resource);");

        var read = policies.decide(request("crm___read"));
        var write = policies.decide(request("crm___write"));

        assertThat(read).isInstanceOf(Decision.Permit.class);
        assertThat(read.basis().policies()).containsExactly("test");
        assertThat(read.basis().shadows())
                .containsExactly(new Decision.Shadow(read.basis().set(), "deny", List.of("trial")));
        assertThat(write.basis().shadows()).as("no policy in shadow is about it").isEmpty();
    }

    @Test
    void aSetInShadowIsToldOfAndChangesNothing() {
        publish(permit("support"));
        var shadow =
                publisher.publish(
                        EDITOR,
                        sources(permit("nobody")),
                        tools(),
                        PolicyPublisher.Mode.SHADOW,
                        false);

        var decision = policies.decide(request("crm___write"));

        assertThat(decision).isInstanceOf(Decision.Permit.class);
        assertThat(decision.basis().version()).isEqualTo(2);
        assertThat(shadow(decision.basis()).outcome()).isEqualTo("deny");
        assertThat(shadow)
                .isInstanceOfSatisfying(
                        PolicyPublisher.Result.InForce.class,
                        inForce ->
                                assertThat(inForce.publication().content().shadow())
                                        .isEqualTo(shadow(decision.basis()).set())
                                        .isNotEqualTo(decision.basis().set()));
    }

    @Test
    void policiesInShadowAndASetInShadowAreToldOfSideBySide() {
        publish(
                permit("support")
                        + "@id(\"trial\") @mode(\"shadow\") forbid (principal, action =="
                        + " Mcp::Action::\"crm___read\", resource);");
        publisher.publish(
                EDITOR,
                sources(
                        permit("support")
                                + "@id(\"own-trial\") @mode(\"shadow\") forbid (principal, action,"
                                + " resource);"
                                + "@id(\"other\") permit (principal, action, resource);"),
                tools(),
                PolicyPublisher.Mode.SHADOW,
                false);

        var read = policies.decide(request("crm___read"));
        var write = policies.decide(request("crm___write"));

        assertThat(read).isInstanceOf(Decision.Permit.class);
        assertThat(read.basis().policies()).containsExactly("test");
        assertThat(read.basis().shadows())
                .extracting(Decision.Shadow::outcome, Decision.Shadow::policies)
                .containsExactly(
                        tuple("deny", List.of("trial")), tuple("permit", List.of("other", "test")));
        assertThat(read.basis().shadows())
                .extracting(Decision.Shadow::set)
                .first()
                .isEqualTo(read.basis().set());
        assertThat(shadow(write.basis()).set())
                .as("no policy in shadow is about it, the set is")
                .isNotEqualTo(write.basis().set());
    }

    @Test
    void theSetInForceIsNoShadowOfItself() {
        publish(permit("support"));

        assertThatThrownBy(() ->
                        publisher.publish(
                                EDITOR,
                                sources(permit("support")),
                                tools(),
                                PolicyPublisher.Mode.SHADOW,
                                false))
                .isInstanceOf(PolicyStepRefusedException.class)
                .hasMessageContaining("nothing to try");
        assertThat(policies.decide(request("crm___read")).basis().version()).isEqualTo(1);
    }

    @Test
    void oneShadowThatCannotBeReadDoesNotSilenceTheOther() {
        publish(
                permit("support")
                        + "@id(\"trial\") @mode(\"shadow\") forbid (principal, action, resource);");
        publisher.publish(
                EDITOR, sources(permit("nobody")), tools(), PolicyPublisher.Mode.SHADOW, false);
        var sets = policies.decide(request("crm___read")).basis().shadows();
        policies.forget();
        table.items.keySet().removeIf(key -> key.contains(sets.getLast().set()));

        var decision = policies.decide(request("crm___read"));

        assertThat(decision).isInstanceOf(Decision.Permit.class);
        assertThat(decision.basis().shadows())
                .extracting(Decision.Shadow::outcome)
                .containsExactly("deny", "error");
    }

    @Test
    void aShadowThatCanBeReadAgainIsHeardAgain() {
        publish(permit("support"));
        publisher.publish(
                EDITOR, sources(permit("nobody")), tools(), PolicyPublisher.Mode.SHADOW, false);
        var set = shadow(policies.decide(request("crm___read")).basis()).set();
        policies.forget();
        var kept = new TreeMap<>(table.items);
        table.items.keySet().removeIf(key -> key.contains(set));
        assertThat(shadow(policies.decide(request("crm___read")).basis()).outcome())
                .isEqualTo("error");
        table.items.putAll(kept);

        var soon = policies.decide(request("crm___read"));
        pass(Duration.ofSeconds(10));
        var later = policies.decide(request("crm___read"));

        assertThat(shadow(soon.basis()).outcome()).isEqualTo("error");
        assertThat(shadow(later.basis()).outcome()).isEqualTo("deny");
    }

    @Test
    void theNextPublicationEndsAShadow() {
        publish(permit("support"));
        publisher.publish(
                EDITOR, sources(permit("nobody")), tools(), PolicyPublisher.Mode.SHADOW, false);
        publisher.publish(
                EDITOR, sources(permit("support")), tools(), PolicyPublisher.Mode.ENFORCE, false);

        var decision = policies.decide(request("crm___read"));

        assertThat(decision.basis().version()).isEqualTo(3);
        assertThat(decision.basis().shadows()).isEmpty();
    }

    @Test
    void aShadowThatCannotBeReadIsAnErrorInTheRecordAndNothingElse() {
        publish(permit("support"));
        publisher.publish(
                EDITOR, sources(permit("nobody")), tools(), PolicyPublisher.Mode.SHADOW, false);
        var inForce = policies.decide(request("crm___read")).basis();
        policies.forget();
        table.items.keySet().removeIf(key -> key.contains(shadow(inForce).set()));

        var decision = policies.decide(request("crm___read"));
        var reads = table.sliceReads;
        policies.decide(request("crm___read"));

        assertThat(decision).isInstanceOf(Decision.Permit.class);
        assertThat(shadow(decision.basis()).outcome()).isEqualTo("error");
        assertThat(table.sliceReads).as("not tried again by every call").isEqualTo(reads);
    }

    private static Decision.Shadow shadow(Decision.Basis basis) {
        assertThat(basis.shadows()).hasSize(1);
        return basis.shadows().getFirst();
    }

    private static String text(Map<String, AttributeValue> item) {
        return requireNonNull(item.get("json")).s();
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("waited too long");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Publication publish(String cedar) {
        return switch (publisher.install(sources(cedar), tools()).orElseThrow()) {
            case PolicyPublisher.Result.InForce(var publication, _) -> publication;
            case PolicyPublisher.Result.Proposed _, PolicyPublisher.Result.Unchanged _ ->
                    throw new IllegalStateException("not in force");
        };
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
