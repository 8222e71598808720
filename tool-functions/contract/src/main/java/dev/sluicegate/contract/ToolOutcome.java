package dev.sluicegate.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;
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
 * @param progress steps the tool reported on its way, in order; empty when it reported none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ToolOutcome(
        Status status,
        @Nullable ArrayNode content,
        @Nullable JsonNode structured,
        @Nullable String error,
        @Nullable Session session,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Progress> progress) {

    /** More than anybody watches; a tool that reports more is a tool that fails. */
    public static final int MAX_PROGRESS = 100;

    public ToolOutcome {
        progress = progress == null ? List.of() : List.copyOf(progress);
        if (progress.size() > MAX_PROGRESS) {
            throw new IllegalArgumentException("more than " + MAX_PROGRESS + " steps of progress");
        }
        for (var i = 1; i < progress.size(); i++) {
            if (progress.get(i).done() <= progress.get(i - 1).done()) {
                throw new IllegalArgumentException("progress that does not increase");
            }
        }
    }

    /** Of a tool that reported no progress. */
    public ToolOutcome(
            Status status,
            @Nullable ArrayNode content,
            @Nullable JsonNode structured,
            @Nullable String error,
            @Nullable Session session) {
        this(status, content, structured, error, session, List.of());
    }

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

    /**
     * One step of progress. Numbers only: a text would have to be screened like a result, and says
     * nothing that these do not.
     *
     * @param done more than in the step before
     */
    public record Progress(long done, long total) {
        public Progress {
            if (done < 0 || done > total) {
                throw new IllegalArgumentException("progress outside of 0 to its total");
            }
        }
    }

    /** The session, without its secrets. */
    public record Session(
            String role, Map<String, String> tags, String sourceIdentity, String accessKeyId) {
        public Session {
            tags = Map.copyOf(tags);
        }
    }
}
