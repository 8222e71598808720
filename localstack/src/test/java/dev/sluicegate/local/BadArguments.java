package dev.sluicegate.local;

import static dev.sluicegate.local.BadInput.MAX_ARGUMENTS;
import static dev.sluicegate.local.BadInput.TOOL;
import static dev.sluicegate.local.BadInput.counted;
import static dev.sluicegate.local.BadInput.denied;
import static dev.sluicegate.local.BadInput.misbehave;
import static dev.sluicegate.local.BadInput.refusal;

import java.util.stream.Stream;

/** Arguments that no tool may be given. */
final class BadArguments {
    private BadArguments() {}

    static Stream<BadRow> malformedArguments() {
        var malformed = counted("malformed_params");
        var deep = "[".repeat(64) + "]".repeat(64);
        var tooDeep = "[".repeat(90) + "]".repeat(90);
        var large = "x".repeat(MAX_ARGUMENTS - "{\"how\":\"answers\",\"any\":\"\"}".length() + 1);
        return Stream.of(
                refusal(
                        "absent arguments are empty ones",
                        RawCall.modern("tools/call", TOOL, "\"name\":\"" + TOOL + "\""),
                        200,
                        "invalid_arguments",
                        "invalid arguments: `/how` required property 'how' not found",
                        denied("mcp", "invalid_arguments", "arguments break `/required`")),
                refusal(
                        "arguments that are a list",
                        misbehave("[]"),
                        200,
                        "-32602",
                        "`/params/arguments` is not an object",
                        malformed),
                refusal(
                        "a wrong type",
                        misbehave("{\"how\":7}"),
                        200,
                        "invalid_arguments",
                        "invalid arguments: `/how` integer found, string expected",
                        denied(
                                "mcp",
                                "invalid_arguments",
                                "arguments break `/properties/how/type`")),
                refusal(
                        "a wrong pattern",
                        misbehave("{\"how\":\"CANARY-7f3a\"}"),
                        200,
                        "invalid_arguments",
                        "invalid arguments: `/how` does not match the regex pattern ^[a-z-]{1,32}$",
                        denied(
                                "mcp",
                                "invalid_arguments",
                                "arguments break `/properties/how/pattern`")),
                refusal(
                        "an argument that the tool does not have",
                        misbehave("{\"how\":\"answers\",\"canary-7f3a\":1}"),
                        200,
                        "invalid_arguments",
                        "invalid arguments: `/canary-7f3a` property 'canary-7f3a' is not defined in the schema and the schema does not allow additional properties",
                        denied(
                                "mcp",
                                "invalid_arguments",
                                "arguments break `/additionalProperties`")),
                refusal(
                        "a number that is too large for its rule",
                        misbehave("{\"how\":\"answers\",\"count\":10}"),
                        200,
                        "invalid_arguments",
                        "invalid arguments: `/count` must have a maximum value of 9",
                        denied(
                                "mcp",
                                "invalid_arguments",
                                "arguments break `/properties/count/maximum`")),
                refusal(
                        "an integer that no double holds",
                        misbehave("{\"how\":\"answers\",\"any\":9007199254740993}"),
                        200,
                        "-32602",
                        "`/params/arguments/any` is an integer beyond 2^53-1",
                        malformed),
                refusal(
                        "a fraction that no double holds",
                        misbehave("{\"how\":\"answers\",\"any\":0.10000000000000000001}"),
                        200,
                        "-32602",
                        "`/params/arguments/any` is a number that an IEEE double cannot hold",
                        malformed),
                refusal(
                        "a number beyond all doubles",
                        misbehave("{\"how\":\"answers\",\"any\":[1e400]}"),
                        400,
                        "-32602",
                        "`/params/arguments/any/0` is a number that an IEEE double cannot hold",
                        counted("unreadable_body")),
                refusal(
                        "a duplicate argument",
                        misbehave("{\"how\":\"answers\",\"how\":\"throws\"}"),
                        400,
                        "-32602",
                        "`/params/arguments/how` is a duplicate key",
                        counted("unreadable_body")),
                refusal(
                        "half of a surrogate pair",
                        misbehave("{\"how\":\"answers\",\"any\":\"\\ud83d\"}"),
                        200,
                        "-32602",
                        "`/params/arguments/any` holds a lone surrogate",
                        malformed),
                refusal(
                        "half of a pair in a key",
                        misbehave("{\"how\":\"answers\",\"any\":{\"\\ud83d\":1}}"),
                        400,
                        "-32602",
                        "`/params/arguments/any` has a key that holds a lone surrogate",
                        counted("unreadable_body")),
                refusal(
                        "65 levels",
                        misbehave("{\"how\":\"answers\",\"any\":" + deep + "}"),
                        200,
                        "-32602",
                        "`/params/arguments` is nested deeper than 64 levels",
                        malformed),
                refusal(
                        "92 levels",
                        misbehave("{\"how\":\"answers\",\"any\":" + tooDeep + "}"),
                        400,
                        "-32602",
                        "the body is nested deeper than 64 levels",
                        counted("unreadable_body")),
                refusal(
                        "256 KiB and one byte",
                        misbehave("{\"how\":\"answers\",\"any\":\"" + large + "\"}"),
                        200,
                        "-32602",
                        "`/params/arguments` has more than 262144 bytes",
                        malformed),
                refusal(
                        "a byte that is in no UTF-8 text becomes a sign for it, and meets the rules",
                        misbehave("{\"how\":\"?\"}").withByte('?', (byte) 0xff),
                        200,
                        "invalid_arguments",
                        "invalid arguments: `/how` does not match the regex pattern ^[a-z-]{1,32}$",
                        denied(
                                "mcp",
                                "invalid_arguments",
                                "arguments break `/properties/how/pattern`")));
    }
}
