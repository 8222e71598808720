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
import picocli.CommandLine.Option;

/**
 * Recorded decisions, read as an auditor.
 *
 * @param now the time of the stack that recorded them
 * @param since of the first call
 * @param calls that were looked at
 * @param uncounted refusals that were only counted, because there were too many of one principal
 */
record Recorded(Instant now, Instant since, int calls, long uncounted, List<One> decisions) {
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
    static Recorded since(AdminClient admin, Reader reader, String purpose, Duration back) {
        var all = new ArrayList<One>();
        var calls = 0;
        var uncounted = 0L;
        @Nullable String after = null;
        @Nullable Instant now = null;
        do {
            var page =
                    admin.decisions(
                            new RunningStack.Reading(reader.user(), purpose, back, after, null));
            now = now == null ? Instant.parse(page.path("now").asText()) : now;
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
        return new Recorded(now, now.minus(back), calls, uncounted, all);
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
                                        reader.user(), purpose, Duration.ZERO, null, callId))
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
