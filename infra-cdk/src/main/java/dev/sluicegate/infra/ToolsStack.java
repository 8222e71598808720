package dev.sluicegate.infra;

import java.util.List;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.constructs.Construct;

/** One {@link GovernedTool} per manifest. */
final class ToolsStack extends Stack {
    ToolsStack(Construct scope, Settings settings, List<ToolSource> tools) {
        super(
                scope,
                settings.name("tools"),
                StackProps.builder().description("Tool functions and their roles").build());
        var arns = new Arns(this, settings);
        var environment = EnvironmentParameter.in(this, settings);
        for (var tool : tools) {
            new GovernedTool(this, arns, settings, environment, tool);
        }
    }
}
