package dev.sluicegate.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * The payload of one tool invocation.
 *
 * @param grant a {@link CallGrant} in compact form; the tool verifies it before anything else
 * @param stsToken web identity token for the tool's data role, or null when the tool needs none
 * @param arguments exactly the bytes-equal arguments whose hash the grant carries
 * @param intentSha {@code sha256:<hex>} of the INTENT record
 * @param traceparent W3C trace context, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InvocationRequest(
        String grant,
        @Nullable String stsToken,
        ObjectNode arguments,
        String intentSha,
        @Nullable String traceparent) {
    @Override
    public String toString() {
        return "InvocationRequest[…]"; // holds bearer tokens and arguments
    }
}
