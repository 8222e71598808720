package dev.sluicegate.tools.crm.getcustomer;

import dev.sluicegate.kit.ToolFunction;
import java.time.Clock;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/** The Lambda handler of {@code crm___get_customer}. */
public final class GetCustomer extends ToolFunction {
    public GetCustomer() {
        this(System.getenv(), DefaultCredentialsProvider.builder().build(), Clock.systemUTC());
    }

    public GetCustomer(
            Map<String, String> environment, AwsCredentialsProvider credentials, Clock clock) {
        super(GetCustomer.class, new GetCustomerTool(), environment, credentials, clock);
    }
}
