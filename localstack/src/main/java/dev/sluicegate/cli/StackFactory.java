package dev.sluicegate.cli;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/** Puts a local stack together. */
@FunctionalInterface
public interface StackFactory {
    /**
     * Starts everything and returns when the first call can be served.
     *
     * @throws StackFailedException if a part does not start; what had started is stopped again
     */
    RunningStack start(Options options, Progress progress);

    /**
     * What {@code up} was asked for.
     *
     * @param home root of the checkout
     * @param port of the MCP endpoint, 0 for any free one
     * @param issuerPort of the development issuer, 0 for any free one; principals are named after it
     * @param data a folder that this process has locked; a fresh one that is deleted at the end when
     *     {@code ephemeral}
     * @param policies folder to publish at the start, or empty for the baseline
     * @param environment {@code dev} or {@code prod}
     * @param fixtures whether the tools of the conformance suite are there too
     * @param clock what everything calls now
     */
    record Options(
            Path home,
            int port,
            int issuerPort,
            Path data,
            boolean ephemeral,
            Optional<Path> policies,
            String environment,
            boolean fixtures,
            Clock clock) {
        public Options {
            if (fixtures && !environment.equals("dev")) {
                throw new IllegalArgumentException(
                        "fixtures are for `dev` only, not for `" + environment + "`");
            }
        }
    }

    /** Hears what the start is at; the time between two stages is the first one's. */
    @FunctionalInterface
    interface Progress {
        /**
         * @param name such as {@code tables}
         */
        void stage(String name);
    }

    /** A part of the stack that did not start; the message says which and why, in one line. */
    final class StackFailedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public StackFailedException(String message) {
            super(message);
        }

        public StackFailedException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
