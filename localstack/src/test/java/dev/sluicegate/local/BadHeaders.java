package dev.sluicegate.local;

import static dev.sluicegate.local.BadInput.MODERN;
import static dev.sluicegate.local.BadInput.TOOL;
import static dev.sluicegate.local.BadInput.counted;
import static dev.sluicegate.local.BadInput.list;
import static dev.sluicegate.local.BadInput.misbehave;
import static dev.sluicegate.local.BadInput.refusal;
import static dev.sluicegate.local.BadInput.sentinel;

import java.util.stream.Stream;

/** Headers that do not say what the body says. */
final class BadHeaders {
    private BadHeaders() {}

    static Stream<BadRow> headersThatDisagree() {
        var mismatch = counted("header_mismatch");
        var call = misbehave("{\"how\":\"answers\",\"region\":\"eu\",\"count\":3}");
        return Stream.of(
                refusal(
                        "no version header",
                        list().without("MCP-Protocol-Version"),
                        400,
                        "-32020",
                        "header MCP-Protocol-Version is missing",
                        mismatch),
                refusal(
                        "another version in the header",
                        list().with("MCP-Protocol-Version", "2025-11-25"),
                        400,
                        "-32020",
                        "header MCP-Protocol-Version does not match the body",
                        mismatch),
                refusal(
                        "no method header",
                        list().without("Mcp-Method"),
                        400,
                        "-32020",
                        "header Mcp-Method is missing",
                        mismatch),
                refusal(
                        "another method in the header",
                        list().with("Mcp-Method", "tools/call"),
                        400,
                        "-32020",
                        "header Mcp-Method does not match the body",
                        mismatch),
                refusal(
                        "the method in another case",
                        list().with("Mcp-Method", "Tools/List"),
                        400,
                        "-32020",
                        "header Mcp-Method does not match the body",
                        mismatch),
                refusal(
                        "a notification with another method in the header",
                        list().replace("\"id\":7,", "").replace("tools/list", "notifications/x"),
                        400,
                        "-32020",
                        "header Mcp-Method does not match the body",
                        mismatch),
                refusal(
                        "the method header twice",
                        list().with("Mcp-Method", "tools/list\r\nMcp-Method: tools/list"),
                        400,
                        "-32020",
                        "header Mcp-Method does not match the body",
                        mismatch),
                refusal(
                        "no name header",
                        call.without("Mcp-Name"),
                        400,
                        "-32020",
                        "header Mcp-Name is missing",
                        mismatch),
                refusal(
                        "another tool in the header",
                        call.with("Mcp-Name", "crm___get_customer"),
                        400,
                        "-32020",
                        "header Mcp-Name does not match the body",
                        mismatch),
                refusal(
                        "base64 of another tool",
                        call.with("Mcp-Name", sentinel("crm___get_customer")),
                        400,
                        "-32020",
                        "header Mcp-Name does not match the body",
                        mismatch),
                refusal(
                        "base64 without its padding",
                        call.with("Mcp-Name", sentinel(TOOL + "x").replace("=?=", "?=")),
                        400,
                        "-32020",
                        "header Mcp-Name is not valid base64 of UTF-8",
                        mismatch),
                refusal(
                        "base64 with a character of none",
                        call.with("Mcp-Name", "=?base64?dGVz!A==?="),
                        400,
                        "-32020",
                        "header Mcp-Name is not valid base64 of UTF-8",
                        mismatch),
                refusal(
                        "base64 of the other alphabet",
                        call.with("Mcp-Name", "=?base64?____?="),
                        400,
                        "-32020",
                        "header Mcp-Name is not valid base64 of UTF-8",
                        mismatch),
                refusal(
                        "base64 with bits left over",
                        call.with("Mcp-Name", "=?base64?dGVzdB==?="),
                        400,
                        "-32020",
                        "header Mcp-Name is not valid base64 of UTF-8",
                        mismatch),
                refusal(
                        "base64 of no UTF-8",
                        call.with("Mcp-Name", "=?base64?/////w==?="),
                        400,
                        "-32020",
                        "header Mcp-Name is not valid base64 of UTF-8",
                        mismatch),
                refusal(
                        "the marker in another case",
                        call.with("Mcp-Name", sentinel(TOOL).replace("base64", "BASE64")),
                        400,
                        "-32020",
                        "header Mcp-Name does not match the body",
                        mismatch),
                refusal(
                        "a marker without its end",
                        call.with("Mcp-Name", sentinel(TOOL).replace("?=", "")),
                        400,
                        "-32020",
                        "header Mcp-Name does not match the body",
                        mismatch),
                refusal(
                        "no header of a mirrored argument",
                        call.without("Mcp-Param-Region"),
                        400,
                        "-32020",
                        "header Mcp-Param-Region is missing",
                        mismatch),
                refusal(
                        "another value of a mirrored argument",
                        call.with("Mcp-Param-Region", "us"),
                        400,
                        "-32020",
                        "header Mcp-Param-Region does not match its argument",
                        mismatch),
                refusal(
                        "another number of a mirrored argument",
                        call.with("Mcp-Param-Count", "4"),
                        400,
                        "-32020",
                        "header Mcp-Param-Count does not match its argument",
                        mismatch),
                refusal(
                        "a mirrored argument in broken base64",
                        call.with("Mcp-Param-Region", "=?base64?ZXU?="),
                        400,
                        "-32020",
                        "header Mcp-Param-Region is not valid base64 of UTF-8",
                        mismatch),
                refusal(
                        "a header of an argument that is absent",
                        misbehave("{\"how\":\"answers\"}").with("Mcp-Param-Region", "eu"),
                        400,
                        "-32020",
                        "header Mcp-Param-Region has no argument",
                        mismatch),
                refusal(
                        "the version header twice",
                        list().also("MCP-Protocol-Version", MODERN),
                        400,
                        "-32020",
                        "header MCP-Protocol-Version does not match the body",
                        mismatch),
                refusal(
                        "the name header twice",
                        call.also("Mcp-Name", TOOL),
                        400,
                        "-32020",
                        "header Mcp-Name does not match the body",
                        mismatch),
                refusal(
                        "a mirrored argument twice",
                        call.also("Mcp-Param-Region", "eu"),
                        400,
                        "-32020",
                        "header Mcp-Param-Region does not match its argument",
                        mismatch),
                refusal(
                        "base64 of another method",
                        list().with("Mcp-Method", sentinel("tools/call")),
                        400,
                        "-32020",
                        "header Mcp-Method does not match the body",
                        mismatch),
                refusal(
                        "base64 of another value of a mirrored argument",
                        call.with("Mcp-Param-Region", sentinel("us")),
                        400,
                        "-32020",
                        "header Mcp-Param-Region does not match its argument",
                        mismatch),
                new BadRow(
                        "the method in base64, and it agrees",
                        list().with("Mcp-Method", sentinel("tools/list")),
                        200,
                        "",
                        "",
                        new Leaves.Nothing("a listing is no call")),
                new BadRow(
                        "all of it in base64, and it agrees",
                        call.with("Mcp-Name", sentinel(TOOL))
                                .with("Mcp-Param-Region", sentinel("eu"))
                                .with("Mcp-Param-Count", "3.0"),
                        200,
                        "",
                        "",
                        new Leaves.Ran("ok", null)));
    }
}
