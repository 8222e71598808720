package dev.sluicegate.tools.billing.refund;

import dev.sluicegate.kit.ToolFunction;
import java.time.Clock;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/** The Lambda handler of {@code billing___refund}. */
public final class Refund extends ToolFunction {
    public Refund() {
        this(System.getenv(), DefaultCredentialsProvider.builder().build(), Clock.systemUTC());
    }

    public Refund(
            Map<String, String> environment, AwsCredentialsProvider credentials, Clock clock) {
        super(Refund.class, new RefundTool(), environment, credentials, clock);
    }
}
