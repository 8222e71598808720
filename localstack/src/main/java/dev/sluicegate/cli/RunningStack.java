package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.local.idp.TokenOrder;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

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

    /**
     * Validates and publishes the policies of a folder; the next calls are decided by them.
     *
     * @throws PolicyRefusedException if they are not valid; then nothing has changed
     */
    Publication publish(Path policies);

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

    /**
     * A policy set that is in force.
     *
     * @param set {@code sha256:<hex>}
     */
    record Publication(String set, long version) {}

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
