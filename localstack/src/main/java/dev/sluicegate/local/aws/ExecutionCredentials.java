package dev.sluicegate.local.aws;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** Credentials of a function's execution role, made anew before they end, as the Lambda service does. */
public final class ExecutionCredentials implements AwsCredentialsProvider {
    private static final Duration LIFE = Duration.ofHours(1);

    /** New ones are made this long before the end of the old ones. */
    private static final Duration EARLY = Duration.ofMinutes(5);

    private final Iam iam;
    private final Template.Function function;
    private final Clock clock;
    private @Nullable SessionCredentials current;

    /**
     * @param clock the same as {@code iam}'s
     */
    public ExecutionCredentials(Iam iam, Template.Function function, Clock clock) {
        this.iam = iam;
        this.function = function;
        this.clock = clock;
    }

    /**
     * Credentials that are good for five minutes or more.
     *
     * @throws IllegalArgumentException if the role does not trust Lambda
     */
    @Override
    public synchronized AwsCredentials resolveCredentials() {
        SessionCredentials known = current;
        Instant until = known == null ? null : known.expiration();
        if (known == null || until == null || !clock.instant().plus(EARLY).isBefore(until)) {
            known = iam.executionCredentials(function.roleArn(), function.name(), LIFE);
            current = known;
        }
        return known.asAwsCredentials();
    }
}
