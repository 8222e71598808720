package dev.sluicegate.local;

import static dev.sluicegate.local.BadInput.misbehave;

import java.util.stream.Stream;

/** What a broken tool does, as its caller sees it. */
final class BadTools {
    private BadTools() {}

    static Stream<BadRow> tools() {
        var failed = new Leaves.Ran("failed", "tool_failed");
        return Stream.of(
                tool("refuses", "tool_failed", "there is nothing to do", failed),
                tool("throws", "tool_failed", "the tool failed; it may have run", failed),
                tool(
                        "sleeps",
                        "tool_timeout",
                        "the tool did not answer within 900 ms; it may have run",
                        new Leaves.Ran("timeout", "tool_timeout")),
                tool(
                        "excluded",
                        "tool_failed",
                        "the tool answered what its manifest excludes",
                        failed),
                tool(
                        "large",
                        "result_too_large",
                        "the result is larger than 4096 bytes; ask for less",
                        new Leaves.Ran("result_too_large", "result_too_large")),
                tool("raw-throws", "tool_failed", "the tool failed; it may have run", failed),
                tool(
                        "raw-large",
                        "result_too_large",
                        "the result is larger than 4096 bytes; ask for less",
                        new Leaves.Ran("result_too_large", "result_too_large")),
                tool("raw-utf", "tool_failed", "the tool failed; it may have run", failed),
                tool("raw-nonsense", "tool_failed", "the tool failed; it may have run", failed),
                tool("raw-empty", "tool_failed", "the tool failed; it may have run", failed),
                tool(
                        "raw-schema",
                        "tool_failed",
                        "the tool answered what its manifest excludes",
                        failed));
    }

    private static BadRow tool(String how, String code, String message, Leaves leaves) {
        return new BadRow(
                "a tool that " + how,
                misbehave("{\"how\":\"" + how + "\"}"),
                200,
                code,
                message,
                leaves);
    }
}
