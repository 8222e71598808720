package dev.sluicegate.audit.verify;

import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.RecordKind;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the records of all logs say together: writers without gaps, executions with intents, approvals with
 * votes, policies that were published. Records of one writer may be archived in another order than they were
 * written, and what explains a record may come after it; so most of it is said at the end, and of what is too
 * young only that it is pending.
 */
final class RecordChecks {
    private static final Set<String> KINDS =
            Stream.of(RecordKind.values()).map(Enum::name).collect(Collectors.toSet());

    /** Kinds that the archiver itself writes: they have no writer, the log is their order. */
    private static final Set<String> OF_THE_LOG = Set.of("TAMPER", "UNPARSEABLE", "LOG_SHARD_OPEN");

    private final Findings findings;
    private final Instant settledBefore;
    private final Map<String, Writer> writers = new HashMap<>();
    private final Map<String, Call> calls = new HashMap<>();
    private final Map<String, List<Vote>> votes = new HashMap<>();
    private final Set<String> sets = new HashSet<>();
    private final Map<String, Place> decidedBy = new LinkedHashMap<>();
    private final List<Approved> approved = new ArrayList<>();
    private final Set<String> erasedChains = new HashSet<>();
    private final List<PayloadRef> payloads = new ArrayList<>();
    private final List<Older> older = new ArrayList<>();
    private @Nullable Set<String> hashes;
    private boolean beginGone;
    private long records;
    private Instant newest = Instant.MIN;

    /** Where a record is, and when it was written. */
    record Place(String log, long index, String ts) {
        @Override
        public String toString() {
            return log + "#" + index;
        }
    }

    /** A record of a writer. */
    private record Link(String sha, @Nullable String prev, Place place) {}

    private static final class Writer {
        private long next;
        private @Nullable String last;
        private final TreeMap<Long, Link> early = new TreeMap<>();
    }

    private static final class Call {
        private @Nullable Place intent;
        private @Nullable String intentSha;
        private @Nullable Place exec;
        private @Nullable String execIntentSha;
        private @Nullable Place end;
        private boolean wrote;
    }

    private record Vote(String voter, @Nullable String bind, Place place) {}

    private record Approved(Leaf intent, Place place) {}

    private record Older(String place, String detail) {}

    /** A payload that a record names. */
    record PayloadRef(Leaf.Payload payload, String chain, Place place) {}

    RecordChecks(Findings findings, Instant now, Duration settling) {
        this.findings = findings;
        this.settledBefore = now.minus(settling);
    }

    /** Keeps the hash of every record in {@code all}, if it is not null. */
    void keep(@Nullable Set<String> all) {
        hashes = all;
    }

    /**
     * An older log has expired: what began in it cannot be followed to its beginning.
     */
    void beginIsGone() {
        beginGone = true;
    }

    /** A pointer is behind: its publisher may have died a moment ago, but not long ago. */
    void older(String place, String detail) {
        older.add(new Older(place, detail));
    }

    /**
     * @param log origin of its log
     * @param sha {@code sha256:<hex>} of the entry
     */
    void add(String log, long index, byte[] entry, @Nullable Leaf leaf, String sha) {
        records++;
        if (hashes != null) {
            hashes.add(sha);
        }
        if (leaf == null || leaf.kind().isEmpty()) {
            findings.add(Finding.Code.UNPARSEABLE, log + "#" + index, "the entry is no record");
            return;
        }
        var place = new Place(log, index, leaf.ts());
        var at = instant(leaf.ts());
        if (at.isAfter(newest)) {
            newest = at;
        }
        if (leaf.writer() == null) {
            ofTheLog(leaf, place);
            return;
        }
        follow(writers.computeIfAbsent(leaf.writer(), _ -> new Writer()), leaf, place, sha);
        for (var payload : leaf.payloads()) {
            payloads.add(new PayloadRef(payload, leaf.tenant() + "#" + leaf.chain(), place));
        }
        decided(leaf, place);
        pair(leaf, place, sha);
    }

    private void ofTheLog(Leaf leaf, Place place) {
        switch (leaf.kind()) {
            case "TAMPER" ->
                    findings.add(
                            Finding.Code.JOURNAL_OVERWRITTEN,
                            place.toString(),
                            "a record of the journal was overwritten or deleted at " + leaf.ts());
            case "UNPARSEABLE" ->
                    findings.add(
                            Finding.Code.UNPARSEABLE,
                            place.toString(),
                            "something that is no record was put into the journal at " + leaf.ts());
            case "LOG_SHARD_OPEN" -> {} // the logs are checked against each other elsewhere
            default ->
                    findings.add(
                            Finding.Code.UNPARSEABLE,
                            place.toString(),
                            OF_THE_LOG.contains(leaf.kind()) || KINDS.contains(leaf.kind())
                                    ? "the record names no writer"
                                    : "the entry is no record");
        }
    }

    private void follow(Writer writer, Leaf leaf, Place place, String sha) {
        if (leaf.seq() < writer.next || writer.early.containsKey(leaf.seq())) {
            findings.add(
                    Finding.Code.WRITER_FORK,
                    place.toString(),
                    "writer " + leaf.writer() + " has two records " + leaf.seq());
            return;
        }
        writer.early.put(leaf.seq(), new Link(sha, leaf.prev(), place));
        drain(leaf.writer(), writer);
    }

    private void drain(@Nullable String id, Writer writer) {
        for (var link = writer.early.get(writer.next);
                link != null;
                link = writer.early.get(writer.next)) {
            var expected = writer.last;
            if (expected == null ? link.prev() != null : !expected.equals(link.prev())) {
                findings.add(
                        Finding.Code.WRITER_CHAIN_BROKEN,
                        link.place().toString(),
                        "record "
                                + writer.next
                                + " of writer "
                                + id
                                + " does not follow the one before it");
            }
            writer.early.remove(writer.next);
            writer.last = link.sha();
            writer.next++;
        }
    }

    private void decided(Leaf leaf, Place place) {
        var set = leaf.set();
        if (leaf.is("POLICY_PUBLISHED") && set != null) {
            sets.add(set);
        } else if (set != null && (leaf.is("INTENT") || leaf.is("DENIED"))) {
            decidedBy.putIfAbsent(set, place);
        }
        if (leaf.is("ERASURE")) {
            erasedChains.add(leaf.tenant() + "#" + leaf.chain());
        }
        if (leaf.is("APPROVAL_VOTE") && leaf.approval() != null) {
            votes.computeIfAbsent(leaf.approval(), _ -> new ArrayList<>())
                    .add(new Vote(String.valueOf(leaf.sub()), leaf.bind(), place));
        }
        var needs = leaf.outcome() != null && leaf.outcome().startsWith("needs_");
        if (leaf.is("INTENT") && (leaf.approval() != null || needs)) {
            approved.add(new Approved(leaf, place));
        }
    }

    private void pair(Leaf leaf, Place place, String sha) {
        if (leaf.call() == null) {
            return;
        }
        var call = calls.computeIfAbsent(leaf.tenant() + "#" + leaf.call(), _ -> new Call());
        switch (leaf.kind()) {
            case "INTENT" -> {
                call.intent = once(call.intent, place, "intents");
                call.intentSha = sha;
            }
            case "EXEC" -> {
                call.exec = once(call.exec, place, "executions");
                call.execIntentSha = leaf.intentSha();
            }
            case "OUTCOME", "ORPHAN" -> {
                call.end = once(call.end, place, "ends");
                call.wrote =
                        "ok".equals(leaf.status())
                                && leaf.effect() != null
                                && !leaf.effect().equals("read");
            }
            default -> {} // a refusal begins and ends nothing
        }
    }

    /** The journal takes each once. */
    private Place once(@Nullable Place before, Place place, String what) {
        if (before != null) {
            findings.add(
                    Finding.Code.JOURNAL_OVERWRITTEN,
                    "twice",
                    place.toString(),
                    "the call has two " + what + ", the other one is " + before);
        }
        return place;
    }

    /** Says what can only be said when everything was seen. */
    void finish() {
        writers.forEach(this::gaps);
        calls.forEach(this::unpaired);
        decidedBy.forEach((set, place) -> {
            if (!sets.contains(set) && !beginGone) {
                settled(
                        place,
                        Finding.Code.UNKNOWN_POLICY_SET,
                        null,
                        "decided by the policy set " + set + ", whose publication is not recorded");
            }
        });
        approved.forEach(this::approval);
        for (var each : older) {
            if (newest.isAfter(settledBefore)) {
                findings.add(
                        Finding.Code.PENDING,
                        Finding.Code.ROLLBACK.name(),
                        each.place(),
                        each.detail() + ", not yet");
            } else {
                findings.add(
                        Finding.Code.ROLLBACK,
                        "pointer-older-than-published",
                        each.place(),
                        each.detail());
            }
        }
    }

    private void gaps(String id, Writer writer) {
        if (beginGone && writer.next == 0 && !writer.early.isEmpty()) {
            var first = writer.early.firstEntry();
            writer.next = first.getKey();
            writer.last = first.getValue().prev();
            drain(id, writer);
        }
        if (!writer.early.isEmpty()) {
            var first = writer.early.firstEntry();
            settled(
                    first.getValue().place(),
                    Finding.Code.OMISSION,
                    "writer-gap",
                    "records "
                            + writer.next
                            + " to "
                            + (first.getKey() - 1)
                            + " of writer "
                            + id
                            + " are missing");
        }
    }

    private void unpaired(String id, Call call) {
        var name = id.substring(id.indexOf('#') + 1);
        if (call.exec != null
                && (call.intentSha == null || !call.intentSha.equals(call.execIntentSha))) {
            settled(
                    call.exec,
                    Finding.Code.EXECUTION_WITHOUT_INTENT,
                    null,
                    "a tool ran for call " + name + " without the intent it names");
        }
        if (call.end != null && call.intent == null) {
            settled(
                    call.end,
                    Finding.Code.EXECUTION_WITHOUT_INTENT,
                    "outcome",
                    "call " + name + " ended without an intent");
        }
        if (call.end != null && call.wrote && call.exec == null) {
            settled(
                    call.end,
                    Finding.Code.OMISSION,
                    "execution",
                    "a tool that writes succeeded in call " + name + " and claimed no execution");
        }
        if (call.intent != null && call.end == null && isSettled(call.intent)) {
            findings.add(
                    Finding.Code.INTENT_WITHOUT_OUTCOME,
                    call.intent.toString(),
                    "call " + name + " has no end");
        }
    }

    private void approval(Approved one) {
        var intent = one.intent();
        var cast = votes.getOrDefault(String.valueOf(intent.approval()), List.of());
        if (intent.approval() == null || cast.isEmpty()) {
            approvalInvalid(one, "absent", "nobody approved it");
            return;
        }
        for (var vote : cast) {
            if (vote.voter().equals(intent.sub())) {
                approvalInvalid(one, "self", "who asked for it approved it");
            }
            if (vote.place().ts().compareTo(intent.ts()) > 0) {
                approvalInvalid(one, "late", "it was approved after it ran");
            }
            if (intent.bind() == null || !intent.bind().equals(vote.bind())) {
                approvalInvalid(one, "binding", "something else was approved");
            }
        }
    }

    private void approvalInvalid(Approved one, String variant, String why) {
        settled(one.place(), Finding.Code.APPROVAL_INVALID, variant, why);
    }

    private void settled(Place place, Finding.Code code, @Nullable String variant, String detail) {
        if (isSettled(place)) {
            findings.add(code, variant, place.toString(), detail);
        } else {
            findings.add(Finding.Code.PENDING, code.name(), place.toString(), detail + ", not yet");
        }
    }

    private boolean isSettled(Place place) {
        return !instant(place.ts()).isAfter(settledBefore);
    }

    /** What has no readable time is as old as can be: it waits for nothing. */
    private static Instant instant(String ts) {
        try {
            return Instant.parse(ts);
        } catch (DateTimeParseException e) {
            return Instant.MIN;
        }
    }

    List<PayloadRef> payloads() {
        return payloads;
    }

    boolean isErased(PayloadRef ref) {
        return erasedChains.contains(ref.chain());
    }

    long records() {
        return records;
    }

    long calls() {
        return calls.size();
    }

    /** When the newest record was written; {@link Instant#MIN} if there is none. */
    Instant newest() {
        return newest;
    }

    static String sha(byte[] entry) {
        return CanonicalJson.sha256(entry);
    }
}
