package dev.sluicegate.router.identity;

import java.time.Instant;

/** Remembers which proofs of possession were used, for as long as they could be used again. */
public interface ProofReplays {
    /**
     * True once for each proof.
     *
     * @param proof 43 characters that stand for the key and the id that the client gave the proof
     * @param until when the proof is refused for its age
     * @throws ReplaysUnavailableException if it cannot be known
     */
    boolean first(String proof, Instant until) throws ReplaysUnavailableException;

    /** Whether a proof was used before cannot be known, so the answer is no. */
    final class ReplaysUnavailableException extends Exception {
        public ReplaysUnavailableException(String message, Throwable cause) {
            super(message, cause);
        }

        public ReplaysUnavailableException(String message) {
            super(message);
        }
    }
}
