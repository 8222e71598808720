package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One policy in Cedar's JSON policy format.
 *
 * @param id from {@code @id}, unique in its set
 * @param json the policy, annotations included
 */
public record Rule(String id, ObjectNode json) {
    /** How long a request waits for its approvers when the policy does not say. */
    static final Duration DEFAULT_TTL = Duration.ofMinutes(15);

    private static final Duration MAX_TTL = Duration.ofDays(1);
    private static final int MAX_QUORUM = 10;
    private static final Pattern TTL = Pattern.compile("([1-9][0-9]{0,5})([smhd])");
    private static final Pattern APPROVER =
            Pattern.compile(Pattern.quote(Cedar.ROLE_TYPE) + "::\"?([A-Za-z0-9_.:@/-]{1,128})\"?");
    private static final Pattern QUORUM = Pattern.compile("[1-9][0-9]?");

    boolean permits() {
        return json.path("effect").asText().equals("permit");
    }

    /** {@code @mode("shadow")}: evaluated and recorded, never enforced. */
    boolean shadow() {
        return "shadow".equals(annotation("mode"));
    }

    /** {@code @reason}, or null when the policy gives none. */
    @Nullable String reason() {
        var reason = annotation("reason");
        return reason == null || reason.isBlank() ? null : reason;
    }

    @Nullable String annotation(String name) {
        var value = json.path("annotations").path(name);
        return value.isTextual() ? value.textValue() : null;
    }

    /**
     * Who may approve what this policy makes depend on approval, or null when it names nobody.
     *
     * @throws IllegalArgumentException if an annotation is malformed; the message says which
     */
    Decision.@Nullable ApprovalRule approval() {
        var approver = annotation("approver");
        var ttl = annotation("approval_ttl");
        var quorum = annotation("quorum");
        if (approver == null) {
            if (ttl != null || quorum != null) {
                throw new IllegalArgumentException("@approval_ttl and @quorum need an @approver");
            }
            return null;
        }
        var role = APPROVER.matcher(approver);
        if (!role.matches()) {
            throw new IllegalArgumentException(
                    "@approver `" + approver + "` is not " + Cedar.ROLE_TYPE + "::<role>");
        }
        return new Decision.ApprovalRule(
                role.group(1),
                ttl == null ? DEFAULT_TTL : duration(ttl),
                quorum == null ? 1 : quorum(quorum));
    }

    private static Duration duration(String text) {
        var match = TTL.matcher(text);
        if (match.matches()) {
            var number = Long.parseLong(match.group(1));
            var duration =
                    switch (match.group(2)) {
                        case "s" -> Duration.ofSeconds(number);
                        case "m" -> Duration.ofMinutes(number);
                        case "h" -> Duration.ofHours(number);
                        default -> Duration.ofDays(number);
                    };
            if (duration.compareTo(MAX_TTL) <= 0) {
                return duration;
            }
        }
        throw new IllegalArgumentException(
                "@approval_ttl `" + text + "` is not a number of s, m, h or d up to 1d");
    }

    private static int quorum(String text) {
        if (QUORUM.matcher(text).matches() && Integer.parseInt(text) <= MAX_QUORUM) {
            return Integer.parseInt(text);
        }
        throw new IllegalArgumentException(
                "@quorum `" + text + "` is not a number from 1 to " + MAX_QUORUM);
    }
}
