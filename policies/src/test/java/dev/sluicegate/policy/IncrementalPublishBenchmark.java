package dev.sluicegate.policy;

import dev.sluicegate.contract.ToolManifest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** What one changed policy in 3,000 costs to publish; prints it by hand, with {@code -Dlong=true}. */
class IncrementalPublishBenchmark {
    static final int POLICIES = 3_000;

    private static final int TOOLS = 600;
    private static final int ROUNDS = 10;

    /**
     * From sources and stored receipts to a compiled set, without the tables.
     *
     * @param validated policies that the official engine looked at again
     * @param cpu of the whole process: on a busy machine wall time says how busy
     */
    record Publication(int validated, Duration wall, Duration cpu) {}

    @Test
    @EnabledIfSystemProperty(named = "long", matches = "true")
    void oneChangedPolicyInThreeThousand() {
        publications(ROUNDS)
                .forEach(publication ->
                        System.out.printf(
                                "%d of %d validated, %d ms, CPU %d ms%n",
                                publication.validated(),
                                POLICIES,
                                publication.wall().toMillis(),
                                publication.cpu().toMillis()));
    }

    /** The first publication, and then {@code rounds} with one policy changed. */
    static List<Publication> publications(int rounds) {
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
        var publications = new ArrayList<Publication>();
        var receipts = Receipts.NONE;
        for (var round = 0; round <= rounds; round++) {
            if (round > 0) {
                var hour = round - 1;
                files.computeIfPresent(
                        "p7.cedar",
                        (_, text) -> text.replaceFirst("hour > \\d+", "hour > " + hour));
            }
            var begun = System.nanoTime();
            var cpu = cpu();
            var compiled = PolicyCompiler.compile(sources(files), tools, round + 1, receipts);
            publications.add(
                    new Publication(
                            compiled.validated(),
                            Duration.ofNanos(System.nanoTime() - begun),
                            cpu().minus(cpu)));
            receipts = Receipts.read(compiled.set().receipts().toJson());
        }
        return publications;
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
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
