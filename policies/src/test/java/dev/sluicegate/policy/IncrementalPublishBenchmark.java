package dev.sluicegate.policy;

import dev.sluicegate.contract.ToolManifest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Prints what one changed policy in 3,000 costs to publish; by hand, with {@code -Dlong=true}. */
class IncrementalPublishBenchmark {
    private static final int TOOLS = 600;
    private static final int POLICIES = 3_000;
    private static final int ROUNDS = 10;

    @Test
    @EnabledIfSystemProperty(named = "long", matches = "true")
    void oneChangedPolicyInThreeThousand() {
        var tools = new ArrayList<ToolManifest>();
        for (var i = 0; i < TOOLS; i++) {
            tools.add(
                    Tools.reading(
                            "t" + i / 20 + "___read_" + i,
                            "{'id': {'type': 'string'}, 'n': {'type': 'integer'}, 'amount': {'type':"
                                    + " 'number'}, 'tags': {'type': 'array', 'items': {'type':"
                                    + " 'string'}}}"));
        }
        var files = new TreeMap<String, String>();
        for (var i = 0; i < POLICIES; i++) {
            files.merge("p" + i % 30 + ".cedar", policy(i, 8), String::concat);
        }
        var started = System.nanoTime();
        var first = PolicyCompiler.compile(sources(files), tools, 1, Receipts.NONE);
        print("all", first.validated(), started);
        var receipts = first.set().receipts().toJson();
        for (var round = 0; round < ROUNDS; round++) {
            var hour = round;
            files.computeIfPresent(
                    "p7.cedar", (_, text) -> text.replaceFirst("hour > \\d+", "hour > " + hour));
            var begun = System.nanoTime();
            var cpu = cpu();
            var next = PolicyCompiler.compile(sources(files), tools, 2, Receipts.read(receipts));
            print("one changed", next.validated(), begun);
            System.out.println("  CPU " + cpu().minus(cpu).toMillis() + " ms");
            receipts = next.set().receipts().toJson();
        }
    }

    /** Of the whole process: on a busy machine wall time says how busy. */
    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private static void print(String what, int validated, long since) {
        System.out.printf(
                "%s: %d of %d validated, %d ms%n",
                what, validated, POLICIES, (System.nanoTime() - since) / 1_000_000);
    }

    private static String policy(int i, int hour) {
        var tool = i % TOOLS;
        return """
        @id("p%d") @reason("rule %d")
        permit (principal in Mcp::Role::"r%d", action == Mcp::Action::"t%d___read_%d", resource)
        when { context.input has n && context.input.n < %d && context.session.hour > %d };
        """
                .formatted(i, i, i % 50, tool / 20, tool, i + 10, hour);
    }

    private static PolicySources sources(SortedMap<String, String> files) {
        return new PolicySources(files, PolicySources.baseline().stub());
    }
}
