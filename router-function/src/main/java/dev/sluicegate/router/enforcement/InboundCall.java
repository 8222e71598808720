package dev.sluicegate.router.enforcement;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.router.identity.EffectiveIdentity;
import dev.sluicegate.router.policy.CataloguedTool;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A tool call as it arrived: authenticated, well-formed, its arguments valid against the manifest with
 * defaults applied. Nothing has been decided.
 *
 * @param callId {@link dev.sluicegate.record.Ulid}, minted by the router
 * @param arguments with schema defaults, without {@code _intent}
 * @param intent what the human asked for, with its source
 * @param rpcId JSON-RPC id as text: a client may choose any
 * @param protocol protocol version
 * @param traceparent W3C trace context, untrusted, or null
 * @param clientInfo what the client says of itself, at most 200 characters, or null
 */
public record InboundCall(
        String callId,
        EffectiveIdentity identity,
        CataloguedTool tool,
        ObjectNode arguments,
        StatedIntent intent,
        String rpcId,
        String protocol,
        @Nullable String traceparent,
        @Nullable String clientInfo,
        Instant receivedAt) {

    /** The same call with other arguments: after screening. */
    public InboundCall withArguments(ObjectNode screened) {
        return new InboundCall(
                callId,
                identity,
                tool,
                screened,
                intent,
                rpcId,
                protocol,
                traceparent,
                clientInfo,
                receivedAt);
    }

    /** The same call of a client that says nothing of itself. */
    InboundCall withoutClientInfo() {
        return new InboundCall(
                callId,
                identity,
                tool,
                arguments,
                intent,
                rpcId,
                protocol,
                traceparent,
                null,
                receivedAt);
    }

    @Override
    public String toString() {
        return "InboundCall["
                + callId
                + " "
                + tool.name()
                + "]"; // arguments and intent are not for logs
    }
}
