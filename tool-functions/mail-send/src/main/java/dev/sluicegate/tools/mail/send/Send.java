package dev.sluicegate.tools.mail.send;

import dev.sluicegate.kit.ToolFunction;
import java.time.Clock;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/** The Lambda handler of {@code mail___send}. */
public final class Send extends ToolFunction {
    public Send() {
        this(System.getenv(), DefaultCredentialsProvider.builder().build(), Clock.systemUTC());
    }

    public Send(Map<String, String> environment, AwsCredentialsProvider credentials, Clock clock) {
        super(Send.class, new SendTool(), environment, credentials, clock);
    }
}
