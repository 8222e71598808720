package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.policy.DecisionRequest;
import dev.sluicegate.policy.RecordedInput;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Recorded decisions, read as an auditor.
 *
 * @param now the time of the stack that recorded them
 * @param since of the first call
 * @param calls that were looked at
 * @param uncounted refusals that were only counted, because there were too many of one principal
 * @param missing what is not in it because it was not archived yet, for people; null when nothing is
 */
record Recorded(
        Instant now,
        Instant since,
        int calls,
        long uncounted,
        @Nullable String missing,
        List<One> decisions) {
    /** A bound for one command, well above a busy day of a team. */
    static final int MAX_CALLS = 100_000;

    Recorded {
        decisions = List.copyOf(decisions);
    }

    /** Options of commands that read recorded decisions. */
    static final class Reader {
        @Option(
                names = "--as",
                paramLabel = "USER",
                description = "demo user who reads, an auditor (${DEFAULT-VALUE})")
        private String user = "vera";

        String user() {
            return user;
        }
    }

    /** Options of commands that read all decisions of a time. */
    static final class PeriodReader {
        @Mixin private Reader reader = new Reader();

        @Option(
                names = "--wait",
                paramLabel = "TIME",
                converter = Durations.class,
                description = "how long to wait until all calls so far are archived (5s)")
        private Duration wait = Duration.ofSeconds(5);
    }

    /**
     * One decision.
     *
     * @param record its record
     * @param request what it was made from, or null
     * @param problem why there is no request: {@code not_stored, erased, missing, tampered, unreadable}
     */
    record One(JsonNode record, @Nullable DecisionRequest request, @Nullable String problem) {
        String callId() {
            return record.path("call").asText();
        }

        String tool() {
            return record.path("tool").path("name").asText();
        }

        String principal() {
            return record.path("who").path("sub").asText();
        }

        String outcome() {
            return record.path("decision").path("outcome").asText();
        }

        /** What the policies alone said: another decision service can only have taken a permit away. */
        String byPolicies() {
            var external = record.path("decision").path("external").path("outcome").asText("allow");
            return external.equals("allow") ? outcome() : "permit";
        }

        List<String> policies() {
            var ids = new ArrayList<String>();
            record.path("decision").path("policies").forEach(id -> ids.add(id.asText()));
            return ids;
        }

        String set() {
            return record.path("decision").path("set").asText();
        }
    }

    /**
     * @throws CommandFailedException if the reader is no auditor, or there is more than can be read
     */
    static Recorded since(AdminClient admin, PeriodReader reader, String purpose, Duration back) {
        var all = new ArrayList<One>();
        var calls = 0;
        var uncounted = 0L;
        @Nullable String after = null;
        @Nullable Instant now = null;
        @Nullable String missing = null;
        // once for all pages: what is recorded while they are read is not of this question
        var wait = reader.wait;
        do {
            var page =
                    admin.decisions(
                            new RunningStack.Reading(
                                    reader.reader.user(), purpose, back, wait, after, null));
            if (now == null) {
                now = Instant.parse(page.path("now").asText());
                missing = missing(page);
                wait = Duration.ZERO;
            }
            calls += page.path("calls").asInt();
            uncounted += page.path("uncounted").asLong();
            page.path("decisions").forEach(decision -> all.add(one(decision)));
            after = page.path("after").textValue();
            if (calls > MAX_CALLS) {
                throw new CommandFailedException(
                        ExitCode.UNREACHABLE,
                        "there are more than " + MAX_CALLS + " calls; take a shorter --since");
            }
        } while (after != null);
        return new Recorded(now, now.minus(back), calls, uncounted, missing, all);
    }

    private static @Nullable String missing(JsonNode page) {
        if (page.path("archived").asBoolean()) {
            return null;
        }
        var behind = page.path("behindSeconds");
        return behind.isNumber()
                ? "not covered: calls of the last "
                        + behind.asLong()
                        + " s, which are recorded and not archived yet; --wait takes longer"
                : "not covered: calls that are recorded and not archived yet, since when is not known;"
                        + " --wait takes longer";
    }

    /**
     * @throws CommandFailedException if policy was not asked about such a call
     */
    static One of(AdminClient admin, Reader reader, String purpose, String callId) {
        Supplier<CommandFailedException> none =
                () ->
                        new CommandFailedException(
                                ExitCode.NO, "no decision about call `" + callId + "` is recorded");
        var decisions =
                admin.decisions(
                                new RunningStack.Reading(
                                        reader.user(),
                                        purpose,
                                        Duration.ZERO,
                                        Duration.ZERO,
                                        null,
                                        callId))
                        .path("decisions");
        if (decisions.isEmpty()) {
            throw none.get();
        }
        return one(decisions.path(0));
    }

    private static One one(JsonNode json) {
        var record = json.path("record");
        var input = json.path("input").textValue();
        if (input == null) {
            return new One(record, null, json.path("problem").asText());
        }
        try {
            return new One(
                    record, RecordedInput.read(input.getBytes(StandardCharsets.UTF_8)), null);
        } catch (IllegalArgumentException e) {
            return new One(record, null, "unreadable");
        }
    }
}
