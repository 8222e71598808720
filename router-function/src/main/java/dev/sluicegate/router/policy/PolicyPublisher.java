package dev.sluicegate.router.policy;

import dev.sluicegate.audit.Journal;
import dev.sluicegate.policy.InvalidPolicyException;
import dev.sluicegate.policy.PolicyCompiler;
import dev.sluicegate.policy.PolicyEngineException;
import dev.sluicegate.policy.PolicySet;
import dev.sluicegate.policy.PolicySources;
import dev.sluicegate.policy.Receipts;
import dev.sluicegate.record.PrincipalId;
import dev.sluicegate.record.Ulid;
import dev.sluicegate.router.policy.PolicyItems.Head;
import dev.sluicegate.router.policy.PolicyStepRefusedException.Reason;
import dev.sluicegate.router.policy.Proposal.Content;
import dev.sluicegate.router.policy.Proposal.State;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The life of policy sets: publish, propose, review, release, roll back. Everything but the head, the
 * proposals and the log is content-addressed and written first, so a step that stops half-way has changed
 * nothing; the step itself is one transaction with its audit record, and of two at once one loses.
 *
 * <p>Where review is required, nobody puts in force what they proposed, and nothing is put in force that
 * nobody else approved.
 */
public final class PolicyPublisher {
    /** Whom the versions are by that a deployment put in force itself. */
    public static final String DEPLOYMENT = PrincipalId.of("local", "operator");

    private static final Logger log = LoggerFactory.getLogger(PolicyPublisher.class);

    /** A reviewer's remark is a sentence; it goes into the audit record. */
    static final int MAX_NOTE = 200;

    /** More are a sign that nobody reviews. */
    private static final int MAX_OPEN = 100;

    private final PolicyTable table;
    private final StoredSets sets;
    private final PolicyLedger ledger;
    private final boolean reviewRequired;
    private final Clock clock;

    /**
     * @param table the policy table
     * @param tenant under which records of publications are kept
     * @param environment {@code prod} requires review; {@code dev} may skip it
     */
    public PolicyPublisher(
            DynamoDbClient client,
            String table,
            Journal journal,
            String tenant,
            String environment,
            Clock clock) {
        this(
                new DynamoDbPolicyTable(client, table),
                new JournalledLedger(journal, table, tenant, clock),
                !environment.equals("dev"),
                clock);
    }

    PolicyPublisher(PolicyTable table, PolicyLedger ledger, boolean reviewRequired, Clock clock) {
        this.table = table;
        this.sets = new StoredSets(table);
        this.ledger = ledger;
        this.reviewRequired = reviewRequired;
        this.clock = clock;
    }

    /** How to publish. */
    public enum Mode {
        /** In force where no review is required, else proposed. */
        ENFORCE,
        /** Beside the set in force: evaluated and recorded, never enforced. Ends with the next publication. */
        SHADOW
    }

    /** What came of publishing. */
    public sealed interface Result {
        /** In force from now on. */
        record InForce(Publication publication, List<String> warnings) implements Result {}

        /** Waits for somebody else. */
        record Proposed(Proposal proposal, List<String> warnings) implements Result {}

        /** Exactly this was in force already; nothing was written. */
        record Unchanged(long version, Content content) implements Result {}
    }

    /** Whether somebody else has to approve what is published. */
    public boolean reviewRequired() {
        return reviewRequired;
    }

    /**
     * @param propose ask for a review although none is required
     * @throws InvalidPolicyException if the policies must not be published for these tools
     * @throws PublishConflictException if somebody published at the same time
     */
    public Result publish(
            PolicyEditor by,
            PolicySources sources,
            List<CataloguedTool> tools,
            Mode mode,
            boolean propose) {
        return publish(by, sources, tools, mode, propose || reviewRequired, 0);
    }

    /**
     * Puts the set of a deployment in force: the first one, and where no review is required, those that
     * differ from what was installed last. What people published since stays, for today's tools: to start
     * again takes nothing back.
     *
     * @return empty if another set is in force that only a review may replace
     * @throws InvalidPolicyException if the policies must not be published for these tools
     */
    public Optional<Result> install(PolicySources sources, List<CataloguedTool> tools) {
        var head = head();
        if (reviewRequired && head.isPresent()) {
            return Optional.empty();
        }
        var deployment = new DeploymentEditor(DEPLOYMENT);
        if (head.isPresent() && isInstalled(deployment, sources)) {
            var inForce = head.get();
            return Optional.of(
                    inForce.catalogue().equals(PolicyItems.catalogueSha(tools))
                            ? new Result.Unchanged(inForce.version(), inForce.content())
                            : publish(
                                    deployment,
                                    sets.sources(inForce.set()),
                                    tools,
                                    Mode.ENFORCE,
                                    false,
                                    inForce.version()));
        }
        return Optional.of(publish(deployment, sources, tools, Mode.ENFORCE, false, 0));
    }

    /** Whether the last that the deployment brought along are these. */
    private boolean isInstalled(DeploymentEditor deployment, PolicySources sources) {
        return log().stream()
                .filter(publication ->
                        publication.by().equals(deployment.principal())
                                && publication.rollbackTo() == 0)
                .findFirst()
                .map(publication -> sets.sources(publication.content().set()).equals(sources))
                .orElse(false);
    }

    /**
     * Publishes the policies of an older version, for today's tools, as a new version.
     *
     * @throws PolicyStepRefusedException if there is no such version
     * @throws InvalidPolicyException if they must not be published for today's tools
     */
    public Result rollback(
            PolicyEditor by, long version, List<CataloguedTool> tools, boolean propose) {
        var item = table.get(PolicyItems.LOG, PolicyItems.logKey(version));
        if (item.isEmpty()) {
            throw refused(Reason.NOT_FOUND, "there is no version " + version);
        }
        var sources = sets.sources(PolicyItems.publication(item).content().set());
        return publish(by, sources, tools, Mode.ENFORCE, propose || reviewRequired, version);
    }

    private Result publish(
            PolicyEditor by,
            PolicySources sources,
            List<CataloguedTool> tools,
            Mode mode,
            boolean propose,
            long rollbackTo) {
        var head = head();
        var base = head.map(Head::version).orElse(0L);
        if (mode == Mode.SHADOW && head.isEmpty()) {
            throw refused(Reason.CONFLICT, "nothing is in force that a set could be a shadow of");
        }
        var before = head.map(known -> receipts(known.set())).orElse(Receipts.NONE);
        var manifests = tools.stream().map(CataloguedTool::manifest).toList();
        var compiled = PolicyCompiler.compile(sources, manifests, base + 1, before).set();
        var content = content(compiled, PolicyItems.catalogueSha(tools), head, mode);
        if (head.isPresent() && head.get().content().equals(content)) {
            return new Result.Unchanged(base, content);
        }
        if (mode == Mode.SHADOW
                && !head.map(Head::catalogue).equals(Optional.of(content.catalogue()))) {
            throw refused(
                    Reason.CONFLICT,
                    "the tools have changed; publish for them before trying a set in shadow");
        }
        if (content.set().equals(content.shadow())) {
            throw refused(Reason.CONFLICT, "this set is the one in force; there is nothing to try");
        }
        store(compiled, tools, content.catalogue());
        var changes =
                PolicyChanges.between(before, compiled.receipts())
                        .and(
                                head.map(known -> others(known, compiled.sources(), tools))
                                        .orElse(List.of()));
        return propose
                ? new Result.Proposed(
                        propose(by, content, base, rollbackTo, changes), compiled.warnings())
                : new Result.InForce(
                        putInForce(by, content, base, rollbackTo, changes), compiled.warnings());
    }

    /** What a reviewer would not see among the policies: who may be named, what types say, what tools are. */
    private List<String> others(Head head, PolicySources sources, List<CataloguedTool> tools) {
        var words = new ArrayList<String>();
        try {
            var before = sets.sources(head.set());
            words.addAll(PolicyChanges.others("role", roles(before), roles(sources)));
            words.addAll(
                    PolicyChanges.others(
                            "stub", Map.of("", before.stub()), Map.of("", sources.stub())));
        } catch (IllegalStateException | PolicyEngineException e) {
            log.warn("the set in force cannot be compared with: {}", head.set());
            words.add("the set in force cannot be read, so all of it may change");
        }
        words.addAll(
                PolicyChanges.others(
                        "tool",
                        byName(
                                PolicyItems.catalogue(
                                        table.query(
                                                PolicyItems.catalogueKey(head.catalogue()),
                                                PolicyItems.TOOL))),
                        byName(tools)));
        return words;
    }

    private static Map<String, String> roles(PolicySources sources) {
        var roles = new TreeMap<String, String>();
        var named = sources.roles();
        (named == null ? Set.<String>of() : named).forEach(role -> roles.put(role, role));
        return roles;
    }

    private static Map<String, CataloguedTool> byName(List<CataloguedTool> tools) {
        var byName = new TreeMap<String, CataloguedTool>();
        tools.forEach(tool -> byName.put(tool.name(), tool));
        return byName;
    }

    private static Content content(
            PolicySet compiled, String catalogue, Optional<Head> head, Mode mode) {
        return mode == Mode.SHADOW && head.isPresent()
                ? new Content(head.get().set(), catalogue, compiled.id())
                : new Content(compiled.id(), catalogue, null);
    }

    private void store(PolicySet set, List<CataloguedTool> tools, String catalogue) {
        PolicyItems.set(set).forEach(table::putIfAbsent);
        PolicyItems.catalogue(catalogue, tools).forEach(table::putIfAbsent);
    }

    /** Receipts only save work, so a set without readable ones is one that is validated in full. */
    private Receipts receipts(String set) {
        try {
            return sets.receipts(set);
        } catch (IllegalStateException | PolicyEngineException e) {
            log.warn("no receipts of {}: everything is validated", set);
            return Receipts.NONE;
        }
    }

    private Proposal propose(
            PolicyEditor by, Content content, long base, long rollbackTo, PolicyChanges changes) {
        if (pending().size() >= MAX_OPEN) {
            throw refused(
                    Reason.CONFLICT, MAX_OPEN + " proposals are open; review or reject them first");
        }
        var proposal =
                new Proposal(
                        Ulid.next(clock),
                        content,
                        base,
                        rollbackTo,
                        State.PROPOSED,
                        by.principal(),
                        by.person(),
                        clock.instant(),
                        null,
                        null,
                        null,
                        changes);
        ledger.commit(
                new PolicyStep(
                        PolicyStep.Kind.PROPOSED,
                        by,
                        content,
                        base + 1,
                        proposal.id(),
                        null,
                        changes,
                        null),
                List.of(ConditionalPut.absent(PolicyItems.proposal(proposal))));
        return proposal;
    }

    private Publication putInForce(
            PolicyEditor by, Content content, long base, long rollbackTo, PolicyChanges changes) {
        var publication =
                new Publication(
                        base + 1,
                        content,
                        clock.instant(),
                        by.principal(),
                        null,
                        by.principal(),
                        rollbackTo,
                        null,
                        changes);
        ledger.commit(step(by, publication), writes(publication, base));
        return publication;
    }

    private static PolicyStep step(PolicyEditor by, Publication publication) {
        return new PolicyStep(
                publication.rollbackTo() == 0
                        ? PolicyStep.Kind.PUBLISHED
                        : PolicyStep.Kind.ROLLED_BACK,
                by,
                publication.content(),
                publication.version(),
                publication.proposal(),
                publication.reviewer(),
                publication.changes(),
                publication.rollbackTo() == 0
                        ? null
                        : "rollback to version " + publication.rollbackTo());
    }

    private static List<ConditionalPut> writes(Publication publication, long base) {
        var content = publication.content();
        var head =
                new Head(
                        content.set(),
                        publication.version(),
                        content.catalogue(),
                        content.shadow(),
                        publication.publishedAt(),
                        publication.by());
        return List.of(
                Head.move(head, base), ConditionalPut.absent(PolicyItems.publication(publication)));
    }

    /**
     * Approves or rejects a proposal.
     *
     * @param note why, at most {@value #MAX_NOTE} characters, or null
     * @throws PolicyStepRefusedException if it is the reviewer's own, not open any more, or stale
     * @throws PublishConflictException if somebody reviewed it at the same time
     */
    public Proposal review(
            PolicyEditor by, String proposalId, boolean approve, @Nullable String note) {
        var proposal = proposal(proposalId);
        if (proposal.state() != State.PROPOSED) {
            throw refused(Reason.CONFLICT, "it is " + word(proposal.state()) + " already");
        }
        // to withdraw one's own is no approval
        if (approve && proposal.isBy(by)) {
            throw refused(Reason.NOT_ALLOWED, "nobody approves what they proposed");
        }
        if (approve) {
            requireFresh(proposal);
        }
        var why = note == null || note.isBlank() ? null : note.strip();
        if (why != null
                && (why.length() > MAX_NOTE
                        || why.codePoints()
                                .anyMatch(c ->
                                        Character.isISOControl(c)
                                                || Character.getType(c) == Character.SURROGATE))) {
            throw refused(
                    Reason.CONFLICT, "a note is one line of at most " + MAX_NOTE + " characters");
        }
        var reviewed =
                proposal.reviewed(
                        approve ? State.APPROVED : State.REJECTED, by, clock.instant(), why);
        ledger.commit(
                new PolicyStep(
                        approve ? PolicyStep.Kind.APPROVED : PolicyStep.Kind.REJECTED,
                        by,
                        proposal.content(),
                        proposal.base() + 1,
                        proposalId,
                        by.principal(),
                        proposal.changes(),
                        why),
                List.of(moved(reviewed, State.PROPOSED)));
        return reviewed;
    }

    /**
     * Puts a proposal in force.
     *
     * @throws PolicyStepRefusedException if it is not approved where that is required, is the releaser's own,
     *     was released or rejected, or is stale: something else was put in force since it was proposed
     * @throws PublishConflictException if somebody released or published at the same time
     */
    public Publication release(PolicyEditor by, String proposalId) {
        var proposal = proposal(proposalId);
        switch (proposal.state()) {
            case RELEASED, REJECTED ->
                    throw refused(Reason.CONFLICT, "it is " + word(proposal.state()) + " already");
            case PROPOSED -> {
                if (reviewRequired) {
                    throw refused(Reason.CONFLICT, "nobody has approved it yet");
                }
            }
            case APPROVED -> {}
        }
        if (reviewRequired && proposal.isBy(by)) {
            throw refused(Reason.NOT_ALLOWED, "nobody puts in force what they proposed");
        }
        requireFresh(proposal);
        var publication =
                new Publication(
                        proposal.base() + 1,
                        proposal.content(),
                        clock.instant(),
                        proposal.by(),
                        proposal.reviewer(),
                        by.principal(),
                        proposal.rollbackTo(),
                        proposal.id(),
                        proposal.changes());
        var writes = new ArrayList<>(writes(publication, proposal.base()));
        writes.add(moved(proposal.released(), proposal.state()));
        ledger.commit(step(by, publication), writes);
        return publication;
    }

    private static ConditionalPut moved(Proposal proposal, State from) {
        return new ConditionalPut(
                PolicyItems.proposal(proposal), "state", AttributeValue.fromS(from.name()));
    }

    private void requireFresh(Proposal proposal) {
        var version = head().map(Head::version).orElse(0L);
        if (version != proposal.base()) {
            throw refused(
                    Reason.CONFLICT,
                    "it was proposed on version "
                            + proposal.base()
                            + ", and version "
                            + version
                            + " is in force: propose it again");
        }
    }

    /** Proposals that can still be put in force, oldest first. */
    public List<Proposal> pending() {
        var version = head().map(Head::version).orElse(0L);
        return table.query(PolicyItems.PROPOSAL, PolicyItems.proposalKey("")).stream()
                .map(PolicyItems::proposal)
                .filter(proposal ->
                        proposal.base() == version
                                && (proposal.state() == State.PROPOSED
                                        || proposal.state() == State.APPROVED))
                .toList();
    }

    /** Every version, newest first. */
    public List<Publication> log() {
        return table.query(PolicyItems.LOG, "v#").reversed().stream()
                .map(PolicyItems::publication)
                .toList();
    }

    private Proposal proposal(String id) {
        var item = table.get(PolicyItems.PROPOSAL, PolicyItems.proposalKey(id));
        if (item.isEmpty()) {
            throw refused(Reason.NOT_FOUND, "there is no proposal `" + id + "`");
        }
        return PolicyItems.proposal(item);
    }

    private Optional<Head> head() {
        return Head.read(table.get(PolicyItems.HEAD, PolicyItems.HEAD));
    }

    private static String word(State state) {
        return Objects.toString(state).toLowerCase(java.util.Locale.ROOT);
    }

    private static PolicyStepRefusedException refused(Reason reason, String message) {
        return new PolicyStepRefusedException(reason, message);
    }
}
