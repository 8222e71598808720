package dev.sluicegate.tools.billing.getinvoice;

import dev.sluicegate.kit.ToolFunction;
import java.time.Clock;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/** The Lambda handler of {@code billing___get_invoice}. */
public final class GetInvoice extends ToolFunction {
    public GetInvoice() {
        this(System.getenv(), DefaultCredentialsProvider.builder().build(), Clock.systemUTC());
    }

    public GetInvoice(
            Map<String, String> environment, AwsCredentialsProvider credentials, Clock clock) {
        super(GetInvoice.class, new GetInvoiceTool(), environment, credentials, clock);
    }
}
