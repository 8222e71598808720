package dev.sluicegate.router.policy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.policy.InvalidPolicyException;
import dev.sluicegate.policy.PolicySources;
import dev.sluicegate.router.identity.Authentication;
import dev.sluicegate.router.identity.EffectiveIdentity;
import dev.sluicegate.router.identity.Rejection;
import dev.sluicegate.router.identity.TokenVerifier;
import dev.sluicegate.router.policy.PolicyPublisher.Mode;
import dev.sluicegate.router.policy.PolicyPublisher.Result;
import dev.sluicegate.router.policy.PolicyStepRefusedException.Reason;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyPublisherTest {
    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-11-23T10:00:00Z"), ZoneOffset.UTC);

    private static final PolicyEditor PETRA = editor("petra", null);
    private static final PolicyEditor PAUL = editor("paul", null);

    private final InMemoryPolicyTable table = new InMemoryPolicyTable();
    private final PolicyPublisher prod = new PolicyPublisher(table, table, true, CLOCK);
    private final PolicyPublisher dev = new PolicyPublisher(table, table, false, CLOCK);

    @Test
    void inDevWhatIsPublishedIsInForceAndRecorded() {
        var published = inForce(publish(dev, PETRA, "support"));

        assertThat(published.version()).isEqualTo(1);
        assertThat(head().set()).isEqualTo(published.content().set());
        assertThat(table.steps)
                .singleElement()
                .satisfies(step -> {
                    assertThat(step.kind()).isEqualTo(PolicyStep.Kind.PUBLISHED);
                    assertThat(step.by().principal()).isEqualTo("petra");
                    assertThat(step.changes().added()).containsExactly("test");
                });
        assertThat(dev.log()).containsExactly(published);
    }

    @Test
    void publishingTheSameAgainChangesNothing() {
        publish(dev, PETRA, "support");
        var items = Map.copyOf(table.items);

        var second = publish(dev, PETRA, "support");

        assertThat(second).isInstanceOf(Result.Unchanged.class);
        assertThat(table.items).isEqualTo(items);
        assertThat(table.steps).hasSize(1);
    }

    @Test
    void anotherCatalogueWithTheSamePoliciesIsANewVersion() {
        publish(dev, PETRA, "support");
        var moved = tools("arn:new");

        var second = dev.publish(PETRA, sources("support"), moved, Mode.ENFORCE, false);

        assertThat(inForce(second).version()).isEqualTo(2);
        assertThat(inForce(second).changes().summary())
                .startsWith("~tool ")
                .doesNotContain("no policy");
    }

    @Test
    void refusedPoliciesLeaveTheTableAlone() {
        publish(dev, PETRA, "support");
        var items = Map.copyOf(table.items);

        assertThatThrownBy(() ->
                        dev.publish(
                                PETRA,
                                text("permit (principal, action, resource);"),
                                tools("arn"),
                                Mode.ENFORCE,
                                false))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining("test.cedar:1: policy has no @id");
        assertThat(table.items).isEqualTo(items);
    }

    @Test
    void inProdASetIsProposedApprovedAndReleasedByTwoPeople() {
        prod.install(sources("nobody"), tools("arn"));
        var proposal = proposed(publish(prod, PETRA, "support"));

        assertThat(head().version()).as("a proposal changes nothing").isEqualTo(1);
        assertThat(prod.pending()).containsExactly(proposal);
        var approved = prod.review(PAUL, proposal.id(), true, "looked at it");
        var released = prod.release(PAUL, proposal.id());

        assertThat(approved.state()).isEqualTo(Proposal.State.APPROVED);
        assertThat(head().version()).isEqualTo(2);
        assertThat(head().set()).isEqualTo(proposal.content().set());
        assertThat(released.by()).isEqualTo("petra");
        assertThat(released.reviewer()).isEqualTo("paul");
        assertThat(released.releasedBy()).isEqualTo("paul");
        assertThat(prod.pending()).isEmpty();
        assertThat(table.steps)
                .extracting(PolicyStep::kind)
                .containsExactly(
                        PolicyStep.Kind.PUBLISHED,
                        PolicyStep.Kind.PROPOSED,
                        PolicyStep.Kind.APPROVED,
                        PolicyStep.Kind.PUBLISHED);
        assertThat(table.steps.getLast().reviewer()).isEqualTo("paul");
        assertThat(prod.log()).extracting(Publication::version).containsExactly(2L, 1L);
    }

    @Test
    void inProdNobodyApprovesOrReleasesTheirOwn() {
        prod.install(sources("nobody"), tools("arn"));
        var proposal = proposed(publish(prod, PETRA, "support"));

        refused(Reason.NOT_ALLOWED, () -> prod.review(PETRA, proposal.id(), true, null));
        refused(Reason.CONFLICT, () -> prod.release(PAUL, proposal.id()));
        prod.review(PAUL, proposal.id(), true, null);
        refused(Reason.NOT_ALLOWED, () -> prod.release(PETRA, proposal.id()));

        assertThat(head().version()).isEqualTo(1);
    }

    @Test
    void theSamePersonWithAnotherAccountIsTheSamePerson() {
        prod.install(sources("nobody"), tools("arn"));
        var account = editor("petra", "person-7");
        var other = editor("petra-admin", "person-7");
        var proposal = proposed(publish(prod, account, "support"));

        refused(Reason.NOT_ALLOWED, () -> prod.review(other, proposal.id(), true, null));
        prod.review(editor("paul", "person-8"), proposal.id(), true, null);
        refused(Reason.NOT_ALLOWED, () -> prod.release(other, proposal.id()));

        assertThat(head().version()).isEqualTo(1);
    }

    @Test
    void inProdTheDeploymentReplacesNothing() {
        prod.install(sources("support"), tools("arn"));

        assertThat(prod.install(sources("nobody"), tools("arn"))).isEmpty();
        assertThat(head().version()).isEqualTo(1);
        assertThat(dev.install(sources("nobody"), tools("arn"))).isPresent();
    }

    @Test
    void inDevARestartTakesNothingBack() {
        dev.install(sources("support"), tools("arn"));
        publish(dev, PETRA, "nobody");
        var published = head();

        var again = dev.install(sources("support"), tools("arn"));

        assertThat(again).containsInstanceOf(Result.Unchanged.class);
        assertThat(head()).isEqualTo(published);

        dev.install(sources("support"), tools("another-arn"));
        dev.install(sources("support"), tools("another-arn"));

        assertThat(head().version()).as("the same policies, for the new tools").isEqualTo(3);
        assertThat(head().set()).isEqualTo(published.set());
        assertThat(head().catalogue()).isNotEqualTo(published.catalogue());

        dev.install(sources("other"), tools("another-arn"));

        assertThat(head().version()).as("files that changed are installed").isEqualTo(4);
        assertThat(head().set()).isNotEqualTo(published.set());
    }

    @Test
    void aRejectedProposalIsOver() {
        prod.install(sources("nobody"), tools("arn"));
        var proposal = proposed(publish(prod, PETRA, "support"));
        prod.review(PAUL, proposal.id(), false, "too wide");

        refused(Reason.CONFLICT, () -> prod.release(PAUL, proposal.id()));
        refused(Reason.CONFLICT, () -> prod.review(PAUL, proposal.id(), true, null));

        assertThat(table.steps.getLast().kind()).isEqualTo(PolicyStep.Kind.REJECTED);
        assertThat(table.steps.getLast().note()).isEqualTo("too wide");
        assertThat(prod.pending()).isEmpty();
    }

    @Test
    void onesOwnProposalCanBeWithdrawn() {
        prod.install(sources("nobody"), tools("arn"));
        var proposal = proposed(publish(prod, PETRA, "support"));

        assertThat(prod.review(PETRA, proposal.id(), false, null).state())
                .isEqualTo(Proposal.State.REJECTED);
    }

    @Test
    void aProposalOnAnOlderVersionIsStale() {
        prod.install(sources("nobody"), tools("arn"));
        var late = proposed(publish(prod, PETRA, "support"));
        var unseen = proposed(publish(prod, PETRA, "third"));
        prod.review(PAUL, late.id(), true, null);
        var other = proposed(publish(prod, PETRA, "other"));
        prod.review(PAUL, other.id(), true, null);
        prod.release(PAUL, other.id());

        assertThatThrownBy(() -> prod.release(PAUL, late.id()))
                .isInstanceOf(PolicyStepRefusedException.class)
                .hasMessage(
                        "it was proposed on version 1, and version 2 is in force: propose it again");
        refused(Reason.CONFLICT, () -> prod.review(PAUL, unseen.id(), true, null));
        assertThat(prod.pending()).isEmpty();
        assertThat(head().set()).isEqualTo(other.content().set());
    }

    @Test
    void releasedTwiceIsRefused() {
        prod.install(sources("nobody"), tools("arn"));
        var proposal = proposed(publish(prod, PETRA, "support"));
        prod.review(PAUL, proposal.id(), true, null);
        prod.release(PAUL, proposal.id());

        assertThatThrownBy(() -> prod.release(PAUL, proposal.id()))
                .isInstanceOf(PolicyStepRefusedException.class)
                .hasMessage("it is released already");
        refused(Reason.NOT_FOUND, () -> prod.release(PAUL, "no-such"));
    }

    @Test
    void ofTwoReleasesAtOnceExactlyOneWins() throws Exception {
        prod.install(sources("nobody"), tools("arn"));
        var first = proposed(publish(prod, PETRA, "support"));
        var second = proposed(publish(prod, PETRA, "other"));
        prod.review(PAUL, first.id(), true, null);
        prod.review(PAUL, second.id(), true, null);
        var both = new java.util.concurrent.CyclicBarrier(2);
        table.beforeCommit =
                () -> {
                    try {
                        both.await();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                };

        var results =
                atOnce(
                        List.of(
                                () -> prod.release(PAUL, first.id()),
                                () -> prod.release(PAUL, second.id())));

        assertThat(results.stream().filter(Publication.class::isInstance)).hasSize(1);
        assertThat(results.stream().filter(PublishConflictException.class::isInstance)).hasSize(1);
        assertThat(head().version()).isEqualTo(2);
        assertThat(
                        table.steps.stream()
                                .filter(s ->
                                        s.version() == 2 && s.kind() == PolicyStep.Kind.PUBLISHED))
                .hasSize(1);
    }

    @Test
    void ofTwoReviewsAtOnceExactlyOneCounts() throws Exception {
        prod.install(sources("nobody"), tools("arn"));
        var proposal = proposed(publish(prod, PETRA, "support"));
        var both = new java.util.concurrent.CyclicBarrier(2);
        table.beforeCommit =
                () -> {
                    try {
                        both.await();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                };

        var results =
                atOnce(
                        List.of(
                                () -> prod.review(PAUL, proposal.id(), true, null),
                                () ->
                                        prod.review(
                                                editor("pia", null), proposal.id(), false, null)));

        assertThat(results.stream().filter(Proposal.class::isInstance)).hasSize(1);
        assertThat(results.stream().filter(PublishConflictException.class::isInstance)).hasSize(1);
    }

    @Test
    void aRollbackIsANewVersionWithTheOldContentUnderTheSameRules() {
        prod.install(sources("support"), tools("arn"));
        var worse = proposed(publish(prod, PETRA, "nobody"));
        prod.review(PAUL, worse.id(), true, null);
        prod.release(PAUL, worse.id());
        var first = prod.log().getLast().content().set();

        var back = proposed(prod.rollback(PETRA, 1, tools("arn"), false));
        refused(Reason.NOT_ALLOWED, () -> prod.review(PETRA, back.id(), true, null));
        prod.review(PAUL, back.id(), true, null);
        var released = prod.release(PAUL, back.id());

        assertThat(released.version()).isEqualTo(3);
        assertThat(released.rollbackTo()).isEqualTo(1);
        assertThat(head().set()).isEqualTo(first);
        assertThat(table.steps.getLast().kind()).isEqualTo(PolicyStep.Kind.ROLLED_BACK);
        refused(Reason.NOT_FOUND, () -> prod.rollback(PETRA, 9, tools("arn"), false));
    }

    @Test
    void aRollbackToPoliciesThatTodaysToolsDoNotFitIsRefused() {
        dev.install(
                text(
                        "@id(\"a\") permit (principal, action == Mcp::Action::\"crm___read\", resource);"),
                tools("arn"));
        var fewer = tools("arn").subList(1, 2);
        dev.publish(PETRA, sources("support"), fewer, Mode.ENFORCE, false);

        assertThatThrownBy(() -> dev.rollback(PETRA, 1, fewer, false))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining("unrecognized action");
    }

    @Test
    void aReviewersNoteIsOneShortLine() {
        prod.install(sources("nobody"), tools("arn"));
        var proposal = proposed(publish(prod, PETRA, "support"));

        refused(Reason.CONFLICT, () -> prod.review(PAUL, proposal.id(), true, "a\nb"));
        refused(Reason.CONFLICT, () -> prod.review(PAUL, proposal.id(), true, "x".repeat(201)));
    }

    /** Every write of a whole life is made to be the last, before it happens and after. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCrashBetweenAnyTwoWritesLosesNothingAndForgesNothing(boolean after) {
        var steps = 0;
        for (var crash = 0; ; crash++) {
            var broken = new InMemoryPolicyTable();
            broken.crashAt = crash;
            broken.crashAfter = after;
            var publisher = new PolicyPublisher(broken, broken, true, CLOCK);
            var crashed = live(publisher, broken);
            if (!crashed) {
                break;
            }
            steps++;
        }

        assertThat(steps).as("crashes that were tried").isGreaterThan(10);
    }

    /** A life, taken up again after a crash; true if there was one. */
    private static boolean live(PolicyPublisher publisher, InMemoryPolicyTable broken) {
        var crashes = 0;
        for (var attempt = 0; attempt < 20; attempt++) {
            try {
                publisher.install(sources("nobody"), tools("arn"));
                if (publisher.log().size() < 2) {
                    var mine =
                            publisher.pending().isEmpty()
                                    ? proposed(publish(publisher, PETRA, "support"))
                                    : publisher.pending().getFirst();
                    if (mine.state() == Proposal.State.PROPOSED) {
                        publisher.review(PAUL, mine.id(), true, null);
                    }
                    publisher.release(PAUL, mine.id());
                }
                consistent(publisher, broken);
                assertThat(head(broken).version()).isEqualTo(2);
                return crashes > 0;
            } catch (InMemoryPolicyTable.Crash e) {
                crashes++;
                consistent(publisher, broken);
            }
        }
        throw new IllegalStateException("no end");
    }

    /** What is in force is in the log and in the record, once, and can be loaded in full. */
    private static void consistent(PolicyPublisher publisher, InMemoryPolicyTable broken) {
        var log = publisher.log();
        var recorded =
                broken.steps.stream()
                        .filter(step -> step.kind() == PolicyStep.Kind.PUBLISHED)
                        .map(PolicyStep::version)
                        .toList();
        assertThat(log.reversed()).extracting(Publication::version).isEqualTo(recorded);
        if (log.isEmpty()) {
            assertThat(broken.items).doesNotContainKey("head|head");
            return;
        }
        assertThat(head(broken).content()).isEqualTo(log.getFirst().content());
        assertThat(head(broken).version()).isEqualTo(log.getFirst().version());
        assertThat(new PublishedSets(broken).sources(head(broken).set())).isPresent();
    }

    @Test
    void aSetComesBackAsItWasWritten() {
        var files = new TreeMap<String, String>();
        files.put("a#b.cedar", "@id(\"a\") permit (principal, action, resource);");
        files.put("long.cedar", "// " + "\uD83D\uDE00".repeat(100_000) + "\n");
        files.put("empty.cedar", "");
        var sources =
                new PolicySources(
                        files,
                        PolicySources.baseline().stub(),
                        new java.util.TreeSet<>(List.of("support", "ops")));
        var published = inForce(dev.publish(PETRA, sources, tools("arn"), Mode.ENFORCE, false));

        assertThat(new PublishedSets(table).sources(published.content().set())).contains(sources);
        assertThat(new PublishedSets(table).sources("sha256:00")).isEmpty();
    }

    @Test
    void aShadowNeedsSomethingInForceAndTheSameTools() {
        refused(
                Reason.CONFLICT,
                () -> dev.publish(PETRA, sources("support"), tools("arn"), Mode.SHADOW, false));
        publish(dev, PETRA, "support");
        refused(
                Reason.CONFLICT,
                () -> dev.publish(PETRA, sources("other"), tools("arn:new"), Mode.SHADOW, false));
    }

    @Test
    void onlyAVerifiedHumanWithTheRoleTheScopeAndAFreshSecondFactorEditsPolicy() {
        var good = identity("petra", true, "policy-admin");
        var login = CLOCK.instant().minusSeconds(60);
        var tokens =
                Map.of(
                        "petra", with(good, Set.of("policy:write"), true, login),
                        "ada",
                                with(
                                        identity("ada", true, "support"),
                                        Set.of("policy:write"),
                                        true,
                                        login),
                        "robot",
                                with(
                                        identity("robot", false, "policy-admin"),
                                        Set.of("policy:write"),
                                        true,
                                        login),
                        "assistant", with(good, Set.of("tools:read", "tools:write"), true, login),
                        "one-factor", with(good, Set.of("policy:write"), false, login),
                        "stale",
                                with(
                                        good,
                                        Set.of("policy:write"),
                                        true,
                                        CLOCK.instant().minusSeconds(900)),
                        "undated", with(good, Set.of("policy:write"), true, null));
        TokenVerifier verifier =
                presented -> {
                    var known = tokens.get(presented.token());
                    return known == null
                            ? new Authentication.Rejected(
                                    Rejection.SIGNATURE, "https://issuer.test")
                            : new Authentication.Verified(known);
                };
        var editors = new PolicyEditors(verifier, false, CLOCK);

        assertThat(editors.of("petra").principal()).isEqualTo("petra");
        for (var token :
                List.of("ada", "robot", "assistant", "one-factor", "stale", "undated", "forged")) {
            refused(Reason.NOT_ALLOWED, () -> editors.of(token));
        }
        refused(Reason.NOT_ALLOWED, () -> new PolicyEditors(verifier, true, CLOCK).of("petra"));
    }

    private static EffectiveIdentity with(
            EffectiveIdentity who, Set<String> scopes, boolean mfa, @Nullable Instant login) {
        return new EffectiveIdentity(
                who.tenant(),
                who.principalId(),
                who.issuer(),
                who.human(),
                who.roles(),
                scopes,
                who.clientId(),
                who.clientTrust(),
                who.env(),
                mfa,
                login,
                null,
                null,
                who.tokenExpires());
    }

    @Test
    void anAccountOfNobodyInParticularIsNoSecondPerson() {
        publish(dev, PETRA, "support");
        var byPerson =
                proposed(
                        prod.publish(
                                editor("petra", "P1"),
                                sources("other"),
                                tools("arn"),
                                Mode.ENFORCE,
                                false));
        var byNobody =
                proposed(prod.publish(PETRA, sources("third"), tools("arn"), Mode.ENFORCE, false));

        refused(Reason.NOT_ALLOWED, () -> prod.review(PAUL, byPerson.id(), true, null));
        refused(
                Reason.NOT_ALLOWED,
                () -> prod.review(editor("paul", "P2"), byNobody.id(), true, null));
        assertThat(prod.review(editor("paul", "P2"), byPerson.id(), true, null).state())
                .isEqualTo(Proposal.State.APPROVED);
    }

    @Test
    void aReviewerIsToldOfRolesTypesAndToolsToo() {
        var roles = new TreeSet<>(List.of("ops", "support"));
        var first =
                new PolicySources(
                        sources("support").files(), PolicySources.baseline().stub(), roles);
        inForce(dev.publish(PETRA, first, tools("arn"), Mode.ENFORCE, false));
        var more = new TreeSet<>(List.of("auditor", "support"));
        var second =
                new PolicySources(
                        first.files(),
                        PolicySources.baseline().stub().replaceFirst("\\{", "{\n// edited\n"),
                        more);

        var changes =
                proposed(prod.publish(PETRA, second, tools("arn:new"), Mode.ENFORCE, false))
                        .changes();

        assertThat(changes.added()).isEmpty();
        assertThat(changes.others()).contains("+role auditor", "-role ops", "~stub");
        assertThat(changes.others()).anyMatch(word -> word.startsWith("~tool "));
        assertThat(changes.summary()).contains("+role auditor").doesNotContain("no policy");
        assertThat(prod.pending().getFirst().changes()).isEqualTo(changes);
    }

    @Test
    void aSetInForceThatCannotBeReadIsNotTakenForAnUnchangedOne() {
        publish(dev, PETRA, "support");
        table.items.keySet().removeIf(key -> key.contains("|file#"));

        var changes =
                proposed(prod.publish(PETRA, sources("other"), tools("arn"), Mode.ENFORCE, false))
                        .changes();

        assertThat(changes.others()).anyMatch(word -> word.contains("cannot be read"));
    }

    private static List<Object> atOnce(List<Callable<?>> steps) throws InterruptedException {
        var results = new ArrayList<Object>();
        try (var threads = Executors.newFixedThreadPool(steps.size())) {
            for (var future : threads.invokeAll(new ArrayList<Callable<Object>>(wrapped(steps)))) {
                try {
                    results.add(future.get());
                } catch (ExecutionException e) {
                    results.add(requireNonNull(e.getCause()));
                }
            }
        }
        return results;
    }

    private static List<Callable<Object>> wrapped(List<Callable<?>> steps) {
        var all = new ArrayList<Callable<Object>>();
        steps.forEach(step -> all.add(step::call));
        return all;
    }

    private static void refused(Reason reason, Runnable step) {
        assertThatThrownBy(step::run)
                .isInstanceOfSatisfying(
                        PolicyStepRefusedException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason));
    }

    private static Result publish(PolicyPublisher publisher, PolicyEditor by, String role) {
        return publisher.publish(by, sources(role), tools("arn"), Mode.ENFORCE, false);
    }

    private static Publication inForce(Result result) {
        return ((Result.InForce) result).publication();
    }

    private static Proposal proposed(Result result) {
        return ((Result.Proposed) result).proposal();
    }

    private PolicyItems.Head head() {
        return head(table);
    }

    private static PolicyItems.Head head(InMemoryPolicyTable table) {
        return PolicyItems.Head.read(requireNonNull(table.items.get("head|head"))).orElseThrow();
    }

    private static PolicyEditor editor(
            String name, @org.jspecify.annotations.Nullable String person) {
        var plain = identity(name, true, "policy-admin");
        return new AdminEditor(
                new EffectiveIdentity(
                        plain.tenant(),
                        plain.principalId(),
                        plain.issuer(),
                        true,
                        plain.roles(),
                        plain.scopes(),
                        plain.clientId(),
                        plain.clientTrust(),
                        plain.env(),
                        false,
                        null,
                        null,
                        null,
                        plain.tokenExpires(),
                        person));
    }

    private static EffectiveIdentity identity(String name, boolean human, String role) {
        return new EffectiveIdentity(
                "demo",
                name,
                "https://issuer.test",
                human,
                Set.of(role),
                Set.of(),
                "cli",
                "managed",
                "prod",
                false,
                null,
                null,
                null,
                Instant.MAX);
    }

    private static PolicySources sources(String role) {
        return text(
                "@id(\"test\") permit (principal in Mcp::Role::\"%s\", action, resource);"
                        .formatted(role));
    }

    private static PolicySources text(String cedar) {
        var files = new TreeMap<String, String>();
        files.put("test.cedar", cedar);
        return new PolicySources(files, PolicySources.baseline().stub());
    }

    private static List<CataloguedTool> tools(String arn) {
        return List.of(tool("crm___read", "read", arn), tool("crm___write", "write", arn));
    }

    private static CataloguedTool tool(String name, String effect, String arn) {
        var json =
                """
                {"name": "%s", "version": "1", "owner": "team", "title": "t", "description": "d",
                 "effect": "%s", "risk": "low", "egress": false,
                 "inputSchema": {"type": "object", "properties": {}, "additionalProperties": false},
                 "outputSchema": {"type": "object"}}
                """
                        .formatted(name, effect);
        return new CataloguedTool(
                ToolManifest.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8))),
                arn + name,
                null,
                "grant-" + name,
                "sha256:00");
    }
}
