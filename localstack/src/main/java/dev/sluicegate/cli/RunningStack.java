package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.local.idp.TokenOrder;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A local stack that serves, in this process. {@code up} holds it and offers it to the other commands
 * over loopback, so its methods are called from several threads.
 */
public interface RunningStack extends AutoCloseable {
    /** Where clients connect, {@code http://127.0.0.1:PORT/mcp}. */
    URI mcp();

    /** Value of {@code iss} in the tokens of the demo company. */
    String issuer();

    /** Where the AWS SDK connects. */
    URI awsEndpoint();

    /** Credentials of the operator at {@link #awsEndpoint}. */
    OperatorKey operatorKey();

    /**
     * An access token for a demo user.
     *
     * @throws dev.sluicegate.local.idp.UnknownUserException if nobody of that name works there
     */
    String token(TokenOrder order);

    /**
     * What happened to a call, as {@code trace -o json} prints it; {@link CallTrace} makes it from the
     * tables. Empty if no record of the call exists.
     */
    Optional<ObjectNode> trace(String callId);

    /** The call that was archived last. */
    Optional<String> lastCall();

    /** Where policies are published, reviewed and rolled back. */
    PolicyDesk policies();

    /**
     * A published policy set: {@code set}, {@code files} by name and {@code tools} (manifests); for the one in
     * force also {@code version}, {@code publishedAt} and {@code by}.
     *
     * @param set {@code sha256:<hex>}, or null for the one in force
     * @throws java.util.NoSuchElementException if there is no such set
     */
    ObjectNode policySet(@Nullable String set);

    /**
     * Recorded decisions of archived calls with what they were made from: {@code now} (the stack's time),
     * {@code archived} (whether all calls recorded until the question are), {@code behindSeconds} (how many
     * seconds of calls may be missing; null when not known), {@code calls}, {@code uncounted}, {@code after}
     * (null on the last page) and {@code decisions}, each with {@code record} and either {@code input} or {@code
     * problem}. Leaves a record of the reading.
     *
     * @throws NotAllowedException if the user is no auditor
     */
    ObjectNode decisions(Reading reading);

    /**
     * @param user of the demo company, an auditor
     * @param purpose the command that reads
     * @param back how far to go back from the stack's own time
     * @param patience how long to wait until everything recorded so far is archived
     * @param after where the page before ended, or null
     * @param callId the one call that is meant, or null for all
     */
    record Reading(
            String user,
            String purpose,
            Duration back,
            Duration patience,
            @Nullable String after,
            @Nullable String callId) {}

    /** Somebody asked for what is not theirs. */
    final class NotAllowedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public NotAllowedException(String message) {
            super(message);
        }
    }

    /** Stops everything; may be called more than once. */
    @Override
    void close();

    /** Keys of the local account; good for nothing elsewhere. */
    record OperatorKey(String accessKeyId, String secretAccessKey) {
        @Override
        public String toString() {
            return "OperatorKey[" + accessKeyId + "]";
        }
    }

    /** Policies that may not be published, and why, one line each. */
    final class PolicyRefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient List<String> problems;

        public PolicyRefusedException(List<String> problems) {
            super(String.join("; ", problems));
            this.problems = List.copyOf(problems);
        }

        public List<String> problems() {
            return problems;
        }
    }
}
