package dev.sluicegate.router.enforcement;

import static dev.sluicegate.router.enforcement.RefusalCode.RESULT_TOO_LARGE;
import static dev.sluicegate.router.enforcement.RefusalCode.SCREENING_BLOCKED;
import static dev.sluicegate.router.enforcement.RefusalCode.TOOL_FAILED;
import static dev.sluicegate.router.enforcement.RefusalCode.TOOL_TIMEOUT;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.Label;
import dev.sluicegate.contract.ToolOutcome;
import dev.sluicegate.router.chain.Learned;
import dev.sluicegate.router.enforcement.ToolInvoker.Invocation;
import dev.sluicegate.router.screening.Finding;
import dev.sluicegate.router.screening.ScreenedResult;
import dev.sluicegate.router.screening.Screening;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns what an invocation gave back into what may be recorded and then leave. */
final class Release {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private static final String FAILED = "the tool failed; it may have run";

    private final Screening screening;
    private final OutputSchemas schemas = new OutputSchemas();

    Release(Screening screening) {
        this.screening = screening;
    }

    record Answer(AuditTrail.Result result, Learned learned) {}

    Answer answer(RecordedCall call, Invocation invocation) {
        return switch (invocation) {
            case Invocation.Answered(var outcome, _, _) -> answered(call, invocation, outcome);
            case Invocation.Crashed _ -> failure(call, invocation, "failed", TOOL_FAILED, FAILED);
            case Invocation.TimedOut _ ->
                    failure(
                            call,
                            invocation,
                            "timeout",
                            TOOL_TIMEOUT,
                            "the tool did not answer within "
                                    + manifest(call).limits().timeoutMs()
                                    + " ms; it may have run");
            case Invocation.TooLarge _ -> tooLarge(call, invocation);
            case Invocation.NotInvoked _ ->
                    failure(
                            call,
                            invocation,
                            "refused",
                            TOOL_FAILED,
                            "the tool could not be invoked, nothing ran; try again later",
                            new Learned(Set.of(), 0, true));
        };
    }

    /** For a result that screening could not read: nobody sees it, the chain has touched it. */
    Answer unscreened(RecordedCall call, Invocation invocation) {
        return failure(
                call,
                invocation,
                "blocked",
                SCREENING_BLOCKED,
                "the result cannot be screened, so it is withheld; the tool may have run");
    }

    private Answer answered(RecordedCall call, Invocation invocation, ToolOutcome outcome) {
        return switch (outcome.status()) {
            case OK ->
                    outcome.structured() == null
                                    || schemas.allow(manifest(call), outcome.structured())
                            ? screened(call, invocation, outcome, "ok", null)
                            : failure(
                                    call,
                                    invocation,
                                    "failed",
                                    TOOL_FAILED,
                                    "the tool answered what its manifest excludes");
            case FAILED -> screened(call, invocation, outcome, "failed", TOOL_FAILED);
            case RESULT_TOO_LARGE -> tooLarge(call, invocation);
            // only the tool says that nothing ran, and a second delivery says so of a call that
            // did:
            // the day's quota is given back for what this router itself did not invoke, no more
            case GRANT_REFUSED, CREDENTIALS_REFUSED, CLAIM_REFUSED ->
                    failure(
                            call,
                            invocation,
                            "refused",
                            TOOL_FAILED,
                            switch (outcome.status()) {
                                case GRANT_REFUSED -> "the tool did not accept the grant";
                                case CREDENTIALS_REFUSED ->
                                        "no credentials were given for this call";
                                case CLAIM_REFUSED -> "the execution could not be claimed";
                                case OK, FAILED, RESULT_TOO_LARGE ->
                                        throw new IllegalStateException("handled above");
                            },
                            new Learned(Set.of(), 0, false));
        };
    }

    private static Answer tooLarge(RecordedCall call, Invocation invocation) {
        return failure(
                call,
                invocation,
                "result_too_large",
                RESULT_TOO_LARGE,
                "the result is larger than "
                        + manifest(call).limits().resultBytes()
                        + " bytes; ask for less");
    }

    private Answer screened(
            RecordedCall call,
            Invocation invocation,
            ToolOutcome outcome,
            String status,
            @Nullable RefusalCode code) {
        var screened =
                screening.screenResult(
                        manifest(call), outcome.structured(), outcome.content(), outcome.error());
        return switch (screened) {
            case ScreenedResult.Blocked(var findings, var message) -> {
                var tooLarge =
                        findings.stream().anyMatch(f -> Set.of("bytes", "rows").contains(f.type()));
                yield new Answer(
                        new AuditTrail.Result(
                                tooLarge ? "result_too_large" : "blocked",
                                tooLarge ? RESULT_TOO_LARGE : SCREENING_BLOCKED,
                                error(
                                        call,
                                        tooLarge ? RESULT_TOO_LARGE : SCREENING_BLOCKED,
                                        message),
                                findings,
                                invocation),
                        // the tool read it even though nobody sees it: the chain has touched it
                        new Learned(manifest(call).out().labels(), 0, false));
            }
            case ScreenedResult.Passed passed -> {
                var mcp =
                        code == null
                                ? success(passed, outcome.progress())
                                : error(
                                        call,
                                        code,
                                        passed.error() == null ? FAILED : passed.error());
                // the text of a failure is the tool's own as well: it teaches what a result teaches
                Set<Label> labels = EnumSet.noneOf(Label.class);
                labels.addAll(passed.labels());
                labels.addAll(code == null ? Set.of() : manifest(call).out().labels());
                yield new Answer(
                        new AuditTrail.Result(status, code, mcp, passed.findings(), invocation),
                        new Learned(labels, passed.rows(), false));
            }
        };
    }

    private static Outcome.ScreenedResult success(
            ScreenedResult.Passed passed, List<ToolOutcome.Progress> progress) {
        var mcp = JSON.objectNode();
        var content = mcp.putArray("content");
        var structured = passed.structured();
        if (structured != null) {
            content.addObject().put("type", "text").put("text", structured.toString());
        }
        if (passed.content() != null) {
            content.addAll(passed.content());
        }
        if (structured != null) {
            mcp.set("structuredContent", structured);
        }
        mcp.put("isError", false);
        return new Outcome.ScreenedResult(mcp, false, progress);
    }

    /** The tool ran, or may have: the chain has touched what it reads, and the quota is spent. */
    private static Answer failure(
            RecordedCall call,
            Invocation invocation,
            String status,
            RefusalCode code,
            String message) {
        var learned = new Learned(manifest(call).out().labels(), 0, false);
        return failure(call, invocation, status, code, message, learned);
    }

    private static Answer failure(
            RecordedCall call,
            Invocation invocation,
            String status,
            RefusalCode code,
            String message,
            Learned learned) {
        List<Finding> none = List.of();
        return new Answer(
                new AuditTrail.Result(status, code, error(call, code, message), none, invocation),
                learned);
    }

    private static Outcome.ScreenedResult error(
            RecordedCall call, RefusalCode code, String message) {
        var mcp = JSON.objectNode();
        mcp.putArray("content").addObject().put("type", "text").put("text", message);
        ObjectNode structured = mcp.putObject("structuredContent");
        structured.put("code", code.word());
        structured.put("message", message);
        structured.put("callId", call.authorized().call().callId());
        mcp.put("isError", true);
        return new Outcome.ScreenedResult(mcp, true);
    }

    private static dev.sluicegate.contract.ToolManifest manifest(RecordedCall call) {
        return call.authorized().call().tool().manifest();
    }
}
