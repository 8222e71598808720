package dev.sluicegate.audit.verify;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of verifying an archive.
 *
 * @param logs size of each log that was verified, by origin
 * @param newest when the newest record was written, or null if there is none
 * @param erased payloads whose keys were erased, with a record that says so
 * @param findings in the order they were found; of one kind at most a thousand
 * @param counts of all of them
 * @param known what is known now; only worth keeping if nothing was tampered with
 */
public record Report(
        Map<String, Long> logs,
        long records,
        long calls,
        long checkpoints,
        @Nullable Instant newest,
        long erased,
        List<Finding> findings,
        Map<Finding.Code, Integer> counts,
        KnownLogs known) {
    public static final int OK = 0;
    public static final int TAMPERED = 2;
    public static final int INCOMPLETE = 3;
    public static final int STALE = 4;

    public Report {
        logs = Map.copyOf(logs);
        findings = List.copyOf(findings);
        counts = Map.copyOf(counts);
    }

    /** The worst of it, as an exit code. */
    public int exitCode() {
        if (has(Finding.Severity.TAMPERING)) {
            return TAMPERED;
        }
        if (has(Finding.Severity.INCOMPLETE)) {
            return INCOMPLETE;
        }
        return has(Finding.Severity.STALE) ? STALE : OK;
    }

    private boolean has(Finding.Severity severity) {
        return counts.keySet().stream().anyMatch(code -> code.severity() == severity);
    }
}
