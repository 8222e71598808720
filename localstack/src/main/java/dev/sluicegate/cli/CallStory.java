package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.local.demo.DemoCompany;
import dev.sluicegate.record.PrincipalId;
import java.util.ArrayList;
import java.util.List;

/** {@code trace} for people: one line per thing that happened, in the order it happened. */
final class CallStory {
    private CallStory() {}

    static String of(ObjectNode trace, String issuer) {
        var out = new StringBuilder();
        line(out, "call", text(trace, "callId") + "   chain " + text(trace, "chainId"));
        line(
                out,
                "who",
                name(text(trace, "principal"), issuer)
                        + " through "
                        + text(trace, "client")
                        + " in "
                        + text(trace, "env"));
        line(out, "tool", text(trace, "tool"));
        decision(out, trace.path("decision"));
        var approval = trace.path("approval");
        if (approval.isObject()) {
            line(out, "approval", text(approval, "id") + until(approval));
        }
        var refusal = trace.path("refusal");
        if (refusal.isObject()) {
            line(
                    out,
                    "refused",
                    text(refusal, "code")
                            + " at "
                            + text(refusal, "stage")
                            + ": "
                            + text(refusal, "reason"));
        }
        if (!trace.path("intentAt").isNull()) {
            line(out, "intent", text(trace, "intentAt") + "   durable before anything ran");
        }
        var exec = trace.path("exec");
        if (exec.isObject()) {
            line(out, "ran", text(exec, "at") + "   claimed by " + text(exec, "fn"));
        }
        session(out, trace.path("session"));
        for (var finding : trace.path("screening")) {
            line(
                    out,
                    "screened",
                    text(finding, "type")
                            + " at "
                            + text(finding, "where")
                            + (finding.path("count").asInt(1) > 1
                                    ? " (" + finding.path("count").asInt() + " times)"
                                    : ""));
        }
        outcome(out, trace);
        var archive = trace.path("archive");
        line(
                out,
                "archive",
                archive.isObject()
                        ? text(archive, "log") + " entry " + archive.path("index").asLong()
                        : "not archived yet");
        return out.toString();
    }

    private static void decision(StringBuilder out, JsonNode decision) {
        if (!decision.isObject()) {
            line(out, "decision", "none: the call did not get that far");
            return;
        }
        var policies = strings(decision.path("policies"));
        line(
                out,
                "decision",
                text(decision, "outcome").replace('_', ' ')
                        + (policies.isEmpty() ? "" : " by " + String.join(", ", policies))
                        + "   policy set version "
                        + decision.path("version").asLong());
        for (var reason : strings(decision.path("reasons"))) {
            line(out, "", reason);
        }
        var external = decision.path("external");
        if (external.isObject()) {
            line(
                    out,
                    "",
                    text(external, "service")
                            + " said "
                            + text(external, "outcome")
                            + (external.path("reason").isTextual()
                                    ? ": " + text(external, "reason")
                                    : ""));
        }
        for (var shadow : decision.path("shadow")) {
            var by = strings(shadow.path("policies"));
            line(
                    out,
                    "shadow",
                    text(shadow, "outcome").replace('_', ' ')
                            + (by.isEmpty() ? "" : " by " + String.join(", ", by))
                            + (text(shadow, "set").equals(text(decision, "set"))
                                    ? "   were the policies in shadow enforced"
                                    : "   were the set in shadow in force: "
                                            + text(shadow, "set")));
        }
    }

    private static void session(StringBuilder out, JsonNode session) {
        if (!session.isObject()) {
            return;
        }
        line(
                out,
                "session",
                text(session, "role")
                        + "   as "
                        + text(session, "sourceIdentity")
                        + "   key "
                        + text(session, "accessKeyId"));
        var tags = new ArrayList<String>();
        session.path("tags")
                .properties()
                .forEach(tag -> tags.add(tag.getKey() + "=" + printable(tag.getValue().asText())));
        if (!tags.isEmpty()) {
            line(out, "", String.join(" ", tags));
        }
    }

    private static void outcome(StringBuilder out, ObjectNode trace) {
        var outcome = trace.path("outcome");
        if (outcome.isObject()) {
            line(
                    out,
                    "outcome",
                    text(outcome, "at")
                            + "   "
                            + text(outcome, "status")
                            + (outcome.has("code") ? " (" + text(outcome, "code") + ")" : "")
                            + ", "
                            + outcome.path("bytes").asLong()
                            + " bytes released");
        } else if (!trace.path("intentAt").isNull()) {
            line(out, "outcome", "none is recorded: no result left");
        }
    }

    private static String until(JsonNode approval) {
        return approval.has("expires") ? ", open until " + text(approval, "expires") : "";
    }

    /** The demo user behind a pseudonym, where it is one. */
    static String name(String principal, String issuer) {
        for (var user : DemoCompany.users()) {
            if (PrincipalId.of(issuer, user.name()).equals(principal)) {
                return user.name() + " (" + principal + ")";
            }
        }
        return principal;
    }

    private static List<String> strings(JsonNode array) {
        var strings = new ArrayList<String>();
        array.forEach(item -> strings.add(printable(item.asText())));
        return strings;
    }

    private static String text(JsonNode node, String field) {
        var value = node.path(field);
        return value.isMissingNode() || value.isNull() ? "-" : printable(value.asText());
    }

    /** A record may hold what a client said of itself: nothing of it may steer a terminal. */
    static String printable(String text) {
        var out = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> {
                    var hidden =
                            Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
                    out.appendCodePoint(hidden ? '\ufffd' : c);
                });
        return out.toString();
    }

    private static void line(StringBuilder out, String title, String rest) {
        out.append(String.format("%-10s%s%n", title, rest));
    }
}
