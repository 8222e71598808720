package dev.sluicegate.router.trail;

import dev.sluicegate.contract.Label;
import dev.sluicegate.policy.Decision;
import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.KeyedDigest;
import dev.sluicegate.record.RecordKind;
import dev.sluicegate.router.screening.Finding;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A record of the router before it knows its writer; used by one thread, for one append. */
final class RecordDraft {
    /** A record holds this many findings; the rest is counted in one more of type {@code more}. */
    static final int MAX_FINDINGS = 40;

    /** So many of them where the record would otherwise be too large. */
    private static final int FEW_FINDINGS = 8;

    /** So many roles, policies and reasons where the record would otherwise be too large. */
    private static final int FEW_WORDS = 12;

    /**
     * Up to so many characters in the parts without a length of their own, no record is too large,
     * whatever JSON and UTF-8 make of them: six bytes each, and 4 KiB for the rest.
     */
    private static final int COMFORTABLE = 2_000;

    private final RecordKind kind;
    private final String id;
    private final String ts;
    private final String tenant;
    private final String call;
    private final @Nullable String trace;
    private AuditRecord.@Nullable Rpc rpc;
    private AuditRecord.Who who;
    private final AuditRecord.@Nullable Intent intent;
    private final AuditRecord.@Nullable Tool tool;
    private AuditRecord.@Nullable Args args;
    private List<Finding> findings = List.of();
    private @Nullable String chain;
    private @Nullable String parent;
    private AuditRecord.@Nullable Decision decision;
    private AuditRecord.@Nullable Approval approval;
    private AuditRecord.@Nullable Labels labels;
    private int shownFindings = MAX_FINDINGS;
    private AuditRecord.@Nullable Outcome outcome;
    private AuditRecord.@Nullable Session session;
    private AuditRecord.@Nullable Refusal refusal;

    RecordDraft(
            RecordKind kind,
            String id,
            String ts,
            String tenant,
            String call,
            @Nullable String trace,
            AuditRecord.@Nullable Rpc rpc,
            AuditRecord.Who who,
            AuditRecord.@Nullable Intent intent,
            AuditRecord.@Nullable Tool tool,
            AuditRecord.@Nullable Args args) {
        this.kind = kind;
        this.id = id;
        this.ts = ts;
        this.tenant = tenant;
        this.call = call;
        this.trace = trace;
        this.rpc = rpc;
        this.who = who;
        this.intent = intent;
        this.tool = tool;
        this.args = args;
    }

    String tenant() {
        return tenant;
    }

    String call() {
        return call;
    }

    String id() {
        return id;
    }

    RecordDraft chain(String chainId) {
        this.chain = chainId;
        return this;
    }

    RecordDraft parent(String recordId) {
        this.parent = recordId;
        return this;
    }

    /** A plain hash of few and small arguments could be guessed, so the record has a keyed one. */
    RecordDraft decision(Decision made, KeyedDigest digest) {
        var basis = made.basis();
        this.decision =
                new AuditRecord.Decision(
                        made.word(),
                        basis.policies(),
                        basis.set(),
                        basis.version(),
                        basis.reasons(),
                        digest.of(basis.inputSha()),
                        basis.errors().isEmpty() ? null : basis.errors(),
                        null,
                        shadows(basis.shadows()),
                        external(basis.external()));
        return this;
    }

    /** Where what the decision was made from is kept; after {@link #decision}. */
    RecordDraft input(AuditRecord.Payload stored) {
        var made = Objects.requireNonNull(decision, "an input belongs to a decision");
        this.decision =
                new AuditRecord.Decision(
                        made.outcome(),
                        made.policies(),
                        made.set(),
                        made.rev(),
                        made.reasons(),
                        made.inputSha(),
                        made.errors(),
                        stored,
                        made.shadow(),
                        made.external());
        return this;
    }

    private static @Nullable List<AuditRecord.Shadow> shadows(List<Decision.Shadow> said) {
        return said.isEmpty()
                ? null
                : said.stream()
                        .map(one ->
                                new AuditRecord.Shadow(
                                        one.set(), one.outcome(), few(one.policies())))
                        .toList();
    }

    private static AuditRecord.@Nullable External external(Decision.@Nullable External said) {
        return said == null
                ? null
                : new AuditRecord.External(said.service(), said.outcome(), said.reason());
    }

    RecordDraft approval(AuditRecord.Approval asked) {
        this.approval = asked;
        return this;
    }

    RecordDraft labels(Collection<Label> in, Collection<Label> out) {
        this.labels =
                new AuditRecord.Labels(DynamoDbAuditTrail.words(in), DynamoDbAuditTrail.words(out));
        return this;
    }

    RecordDraft redact(List<Finding> screened) {
        this.findings = List.copyOf(screened);
        return this;
    }

    RecordDraft outcome(AuditRecord.Outcome ended) {
        this.outcome = ended;
        return this;
    }

    RecordDraft session(AuditRecord.@Nullable Session ranUnder) {
        this.session = ranUnder;
        return this;
    }

    RecordDraft refusal(AuditRecord.Refusal why) {
        this.refusal = why;
        return this;
    }

    /**
     * The record. One that would be too large says less: a call is not refused, and above all the end of
     * a call that has run is not lost, because there was much to say about it.
     */
    AuditRecord build(AuditRecord.Writer writer) {
        if (characters() > COMFORTABLE && isTooLarge(writer)) {
            shownFindings = FEW_FINDINGS;
            if (isTooLarge(writer)) {
                withoutFacts();
            }
            if (isTooLarge(writer)) {
                shortenDecision();
                who = who(few(who.roles()), who.clientInfo());
            }
        }
        return record(writer);
    }

    private boolean isTooLarge(AuditRecord.Writer writer) {
        return CanonicalJson.bytes(record(writer).toJson()).length > AuditRecord.MAX_BYTES;
    }

    private int characters() {
        var sum = characters(who.roles());
        for (var finding : findings.subList(0, Math.min(findings.size(), MAX_FINDINGS))) {
            sum += finding.at().length() + finding.type().length();
        }
        if (decision != null) {
            sum += characters(decision.policies()) + characters(decision.reasons());
            sum += decision.errors() == null ? 0 : characters(decision.errors());
        }
        var facts = args == null ? null : args.facts();
        return sum + (facts == null ? 0 : facts.toString().length());
    }

    private static int characters(List<String> words) {
        return words.stream().mapToInt(String::length).sum() + words.size();
    }

    /** The set's hash and version name the policies in full; what is left out here can be decided again. */
    private void shortenDecision() {
        var full = decision;
        if (full != null) {
            decision =
                    new AuditRecord.Decision(
                            full.outcome(),
                            few(full.policies()),
                            full.set(),
                            full.rev(),
                            few(full.reasons()),
                            full.inputSha(),
                            full.errors() == null ? null : few(full.errors()),
                            full.input(),
                            full.shadow(),
                            full.external());
        }
    }

    private AuditRecord.Who who(List<String> roles, @Nullable String clientInfo) {
        return new AuditRecord.Who(
                who.sub(),
                who.human(),
                roles,
                who.env(),
                who.client(),
                clientInfo,
                who.ip(),
                who.jti(),
                who.mfa(),
                who.authAgeSec());
    }

    private void withoutFacts() {
        args = args == null ? null : new AuditRecord.Args(args.commit(), null);
    }

    static List<String> few(List<String> words) {
        var kept = new ArrayList<String>();
        words.stream().limit(FEW_WORDS).map(RecordDraft::brief).forEach(kept::add);
        if (words.size() > FEW_WORDS) {
            kept.add("… and " + (words.size() - FEW_WORDS) + " more");
        }
        return kept;
    }

    private static String brief(String word) {
        return DynamoDbAuditTrail.shorten(word, 64);
    }

    private AuditRecord record(AuditRecord.Writer writer) {
        return new AuditRecord(
                AuditRecord.VERSION,
                id,
                kind,
                ts,
                writer,
                tenant,
                call,
                chain,
                parent,
                trace,
                rpc,
                who,
                intent,
                tool,
                args,
                decision,
                approval,
                labels,
                findings.isEmpty() ? null : DynamoDbAuditTrail.redactions(findings, shownFindings),
                outcome,
                null,
                session,
                refusal,
                null);
    }

    /**
     * The record as it would have been, for the log of last resort: it holds no content of the call. Facts
     * are argument values, and id and name are what a client chose, so they stay out too; the journal may
     * hold them, a log must not.
     */
    String fallback() {
        withoutFacts();
        rpc = rpc == null ? null : new AuditRecord.Rpc(rpc.method(), null, rpc.proto());
        who = who(who.roles(), null);
        return CanonicalJson.string(
                build(new AuditRecord.Writer("unwritten", 0, null, "")).toJson());
    }
}
