package dev.sluicegate.local.lambda;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A function of this JVM.
 *
 * @param arn unqualified
 * @param timeout how long one invocation may take, at most 15 minutes as in Lambda
 * @param concurrency how many invocations may run at once, or null for no limit of its own
 */
public record LocalFunction(
        String name,
        String arn,
        RequestStreamHandler handler,
        Duration timeout,
        @Nullable Integer concurrency) {
    private static final Duration MAX_TIMEOUT = Duration.ofMinutes(15);

    public LocalFunction {
        if (!arn.endsWith(":function:" + name)) {
            throw new IllegalArgumentException("not the ARN of `" + name + "`: " + arn);
        }
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(MAX_TIMEOUT) > 0) {
            throw new IllegalArgumentException("timeout out of range: " + timeout);
        }
        if (concurrency != null && concurrency < 0) {
            throw new IllegalArgumentException("negative concurrency: " + concurrency);
        }
    }

    /** With no concurrency limit of its own. */
    public static LocalFunction of(
            String name, String arn, RequestStreamHandler handler, Duration timeout) {
        return new LocalFunction(name, arn, handler, timeout, null);
    }

    public LocalFunction withConcurrency(int limit) {
        return new LocalFunction(name, arn, handler, timeout, limit);
    }
}
