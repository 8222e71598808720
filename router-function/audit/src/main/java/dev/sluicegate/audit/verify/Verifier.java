package dev.sluicegate.audit.verify;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Verifies an archive: all its logs, their records together, and what is stored beside them. */
public final class Verifier {
    private final TrustedKey key;
    private final Rules rules;
    private final Clock clock;

    /**
     * What is asked of an archive.
     *
     * @param settling so long what explains a record may come after it
     * @param maxAge how old the newest record may be, or null if it does not matter
     * @param retention how long files are locked at least, or null if they have no locks
     */
    public record Rules(
            Duration settling, @Nullable Duration maxAge, @Nullable Duration retention) {
        /** A stream may be late by some minutes. */
        public static final Duration SETTLING = Duration.ofMinutes(10);

        /** For files that were exported: they have no locks, and get no younger. */
        public static Rules ofExport() {
            return new Rules(SETTLING, null, null);
        }
    }

    public Verifier(TrustedKey key, Rules rules, Clock clock) {
        this.key = key;
        this.rules = rules;
        this.clock = clock;
    }

    /**
     * @param known what was seen before
     * @param journal to compare with, or null
     * @throws ArchiveFiles.UnreachableException if the archive does not answer
     */
    public Report verify(ArchiveFiles files, KnownLogs known, @Nullable JournalView journal) {
        var findings = new Findings();
        var records = new RecordChecks(findings, clock.instant(), rules.settling());
        var hashes = journal == null ? null : new HashSet<String>();
        records.keep(hashes);
        var checks = new ArrayList<LogCheck>();
        for (var year : years(files)) {
            var check = new LogCheck(files, findings, records, key, year, retention(findings));
            check.check(sizes(known, check.origin()));
            checks.add(check);
        }
        if (checks.isEmpty()) {
            findings.add(Finding.Code.NOTHING_PUBLISHED, "tlog/", "there is no log");
        }
        succession(findings, records, checks);
        seen(findings, checks, known);
        records.finish();
        var erased = payloads(files, findings, records);
        age(findings, records);
        if (journal != null && hashes != null) {
            compare(findings, journal, hashes);
        }
        return report(findings, records, checks, known, erased);
    }

    private static SortedSet<Integer> years(ArchiveFiles files) {
        var years = new TreeSet<Integer>();
        for (var each : files.list("tlog/")) {
            var path = each.name().split("/", -1);
            if (path.length > 2 && path[1].matches("[0-9]{4}")) {
                years.add(Integer.valueOf(path[1]));
            }
        }
        return years;
    }

    private static Set<Long> sizes(KnownLogs known, String origin) {
        var seen = known.logs().get(origin);
        return seen == null ? Set.of() : Set.of(seen.size());
    }

    private LogCheck.Watched retention(Findings findings) {
        var retention = rules.retention();
        var told = new HashSet<String>();
        return (name, stored) -> {
            if (retention != null
                    && !name.endsWith("/checkpoint")
                    && LogCheck.isShort(stored, retention)
                    && told.add(name)) {
                findings.add(
                        Finding.Code.RETENTION_SHORT,
                        name,
                        "it is not locked for " + retention.toDays() + " days, or not at all");
            }
        };
    }

    /** Each log begins with what the one before came to. */
    private void succession(Findings findings, RecordChecks records, List<LogCheck> checks) {
        for (var i = 0; i < checks.size(); i++) {
            var previous = checks.get(i).previous();
            var before = i == 0 ? null : checks.get(i - 1);
            if (previous == null) {
                if (before != null && checks.get(i).verified() != null) {
                    findings.add(
                            Finding.Code.SHARD_BROKEN,
                            checks.get(i).origin(),
                            "it does not follow " + before.origin());
                }
                continue;
            }
            if (before == null || !before.origin().equals(previous.origin())) {
                if (gone(findings, checks.get(i), previous)) {
                    records.beginIsGone();
                }
                continue;
            }
            var head = before.verified();
            if (head == null || head.size() < previous.size()) {
                findings.add(
                        Finding.Code.ROLLBACK,
                        "closed-log",
                        before.origin(),
                        "it ended at size "
                                + previous.size()
                                + " and has "
                                + (head == null ? 0 : head.size()));
            } else if (head.size() > previous.size()
                    || !LogCheck.base64(head.root()).equals(previous.root())) {
                findings.add(
                        Finding.Code.SHARD_BROKEN,
                        before.origin(),
                        "it ended as another tree than this");
            }
        }
    }

    /** Whether a year has expired as a whole; this year's predecessor never has. */
    private boolean gone(Findings findings, LogCheck check, Leaf.Previous previous) {
        var year = clock.instant().atZone(ZoneOffset.UTC).getYear();
        var expired = check.year() < year;
        findings.add(
                expired ? Finding.Code.LOG_EXPIRED : Finding.Code.MISSING,
                previous.origin(),
                "the log before " + check.origin() + " is not there");
        return expired;
    }

    private void seen(Findings findings, List<LogCheck> checks, KnownLogs known) {
        var byOrigin = new HashMap<String, LogCheck>();
        checks.forEach(check -> byOrigin.put(check.origin(), check));
        known.logs()
                .forEach((origin, seen) -> {
                    var check = byOrigin.get(origin);
                    var head = check == null ? null : check.verified();
                    if (check == null || head == null || head.size() < seen.size()) {
                        findings.add(
                                Finding.Code.ROLLBACK,
                                "state",
                                origin,
                                "it had "
                                        + seen.size()
                                        + " entries and has "
                                        + (head == null ? 0 : head.size()));
                        return;
                    }
                    var root = check.root(seen.size());
                    if (root == null
                            || !java.util.Arrays.equals(
                                    root, Base64.getDecoder().decode(seen.root()))) {
                        findings.add(
                                Finding.Code.FORK,
                                "state",
                                origin,
                                "its first "
                                        + seen.size()
                                        + " entries are not those that were seen before");
                    }
                });
    }

    /** Returns how many are erased. */
    private long payloads(ArchiveFiles files, Findings findings, RecordChecks records) {
        var erased = 0L;
        var watched = retention(findings);
        for (var ref : records.payloads()) {
            var name = ref.payload().at();
            if (records.isErased(ref)) {
                erased++;
            }
            if (name == null) {
                continue; // it is in the journal
            }
            var stored = files.read(name).orElse(null);
            if (stored == null) {
                if (!records.isErased(ref)) {
                    findings.add(
                            Finding.Code.PAYLOAD_MISSING,
                            name,
                            "the record "
                                    + ref.place()
                                    + " names it, and nothing says that it was erased");
                }
                continue;
            }
            watched.read(name, stored);
            if (!RecordChecks.sha(stored.bytes()).equals(ref.payload().sha())) {
                findings.add(
                        Finding.Code.PAYLOAD_SWAPPED,
                        name,
                        "it is not what was stored for the record " + ref.place());
            }
        }
        return erased;
    }

    private void age(Findings findings, RecordChecks records) {
        var maxAge = rules.maxAge();
        var newest = records.newest();
        if (maxAge != null
                && records.records() > 0
                && newest.isBefore(clock.instant().minus(maxAge))) {
            findings.add(
                    Finding.Code.CHECKPOINT_STALE,
                    "tlog/",
                    "the newest record is of " + newest + ": nothing was archived since");
        }
    }

    private void compare(Findings findings, JournalView journal, Set<String> archived) {
        var settled = clock.instant().minus(rules.settling());
        journal.each(item -> {
            if (!archived.contains(item.sha()) && !item.at().isAfter(settled)) {
                findings.add(
                        Finding.Code.TRUNCATED,
                        item.name(),
                        "the journal has this record of " + item.at() + ", no log has it");
            }
        });
    }

    private static Report report(
            Findings findings,
            RecordChecks records,
            List<LogCheck> checks,
            KnownLogs before,
            long erased) {
        var sizes = new HashMap<String, Long>();
        var known = new HashMap<>(before.logs());
        var checkpoints = 0L;
        for (var check : checks) {
            var head = check.verified();
            if (head != null) {
                sizes.put(check.origin(), head.size());
                known.put(
                        check.origin(),
                        new KnownLogs.Seen(head.size(), LogCheck.base64(head.root())));
            }
            checkpoints += check.published();
        }
        Instant newest = records.newest();
        return new Report(
                sizes,
                records.records(),
                records.calls(),
                checkpoints,
                newest.equals(Instant.MIN) ? null : newest,
                erased,
                findings.all(),
                findings.counts(),
                new KnownLogs(Map.copyOf(known)));
    }
}
