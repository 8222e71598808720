package dev.sluicegate.router.mcp;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluicegate.router.enforcement.InboundCall;
import dev.sluicegate.router.enforcement.Outcome;
import dev.sluicegate.router.enforcement.RefusalCode;
import dev.sluicegate.router.enforcement.RefusedRequest;
import dev.sluicegate.router.enforcement.ReleasedResults;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Lets every call through, and keeps what it was given. */
public final class RecordingGate implements CallGate {
    public final List<InboundCall> enforced = new CopyOnWriteArrayList<>();
    public final List<Refusal> refused = new CopyOnWriteArrayList<>();
    public final List<RefusedRequest> requests = new CopyOnWriteArrayList<>();

    private volatile Function<InboundCall, Outcome> answer = RecordingGate::echo;

    public record Refusal(InboundCall call, String stage, RefusalCode code, String message) {}

    public void answer(Function<InboundCall, Outcome> next) {
        answer = next;
    }

    @Override
    public Outcome enforce(InboundCall call) {
        enforced.add(call);
        return answer.apply(call);
    }

    @Override
    public Outcome refuse(InboundCall call, String stage, RefusalCode code, String message) {
        refused.add(new Refusal(call, stage, code, message));
        return new Outcome.Refused(
                call.callId(), ReleasedResults.CHAIN, code, message, List.of(), null);
    }

    @Override
    public void refuse(RefusedRequest request) {
        requests.add(request);
    }

    private static Outcome echo(InboundCall call) {
        var mcp = JsonNodeFactory.instance.objectNode();
        mcp.putArray("content").addObject().put("type", "text").put("text", "done");
        mcp.putObject("structuredContent").put("done", true);
        mcp.put("isError", false);
        return ReleasedResults.of(call, mcp);
    }
}
