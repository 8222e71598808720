package dev.sluicegate.infra;

import java.util.List;
import software.amazon.awscdk.CfnParameter;
import software.constructs.Construct;

/**
 * The environment, {@code dev} or {@code prod}, as a CloudFormation parameter: the local stack runs one template
 * as either.
 */
final class EnvironmentParameter {
    static final String ID = "Environment";

    private EnvironmentParameter() {}

    /** Declares it in {@code stack} and returns the reference. */
    static String in(Construct stack, Settings settings) {
        return CfnParameter.Builder.create(stack, ID)
                .type("String")
                .description("Value of the session tag env")
                .allowedValues(List.of("dev", "prod"))
                .defaultValue(settings.environment())
                .build()
                .getValueAsString();
    }
}
