package dev.sluicegate.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a tool function answers.
 *
 * @param status how it ended
 * @param content extra MCP content blocks beside the structured result, or null
 * @param structured the result, valid against the manifest's output schema, or null on failure
 * @param error text of a failure, safe to show after screening, or null
 * @param session the STS session the tool ran under, or null when it got none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ToolOutcome(
        Status status,
        @Nullable ArrayNode content,
        @Nullable JsonNode structured,
        @Nullable String error,
        @Nullable Session session) {

    public enum Status {
        OK,
        /** The business said no; the model may react. */
        FAILED,
        /** Grant missing, forged, expired, replayed or for something else. Nothing ran. */
        GRANT_REFUSED,
        /** STS or IAM said no. Nothing ran. */
        CREDENTIALS_REFUSED,
        /** EXEC could not be claimed: no INTENT, or the call ran before. Nothing ran. */
        CLAIM_REFUSED,
        /** It ran, and its result does not fit into an answer of Lambda. */
        RESULT_TOO_LARGE
    }

    /** The session, without its secrets. */
    public record Session(
            String role, Map<String, String> tags, String sourceIdentity, String accessKeyId) {
        public Session {
            tags = Map.copyOf(tags);
        }
    }
}
