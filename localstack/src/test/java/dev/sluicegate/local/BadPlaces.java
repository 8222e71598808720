package dev.sluicegate.local;

import static dev.sluicegate.local.BadInput.CANARY;
import static dev.sluicegate.local.BadInput.list;
import static dev.sluicegate.local.BadInput.refusal;

import java.util.stream.Stream;

/** Requests to the wrong place, or from one. */
final class BadPlaces {
    private BadPlaces() {}

    static Stream<BadRow> places() {
        var notMcp = new Leaves.Nothing("nothing was asked of the gateway");
        return Stream.of(
                refusal(
                        "GET",
                        list().method("GET"),
                        405,
                        "",
                        "method not allowed, use POST",
                        notMcp),
                refusal(
                        "DELETE",
                        list().method("DELETE"),
                        405,
                        "",
                        "method not allowed, use POST",
                        notMcp),
                refusal(
                        "OPTIONS",
                        list().method("OPTIONS"),
                        405,
                        "",
                        "method not allowed, use POST",
                        notMcp),
                refusal(
                        "PUT",
                        list().method("PUT"),
                        405,
                        "",
                        "method not allowed, use POST",
                        notMcp),
                refusal("another path", list().to("/mcp/" + CANARY), 404, "", "not found", notMcp),
                refusal(
                        "another origin",
                        list().with("Origin", "https://" + CANARY + ".test"),
                        403,
                        "-32600",
                        "origin is not allowed: call from a program, not from a web page",
                        new Leaves.Counted("origin", false)),
                refusal(
                        "an opaque origin",
                        list().with("Origin", "null"),
                        403,
                        "-32600",
                        "origin is not allowed: call from a program, not from a web page",
                        new Leaves.Counted("origin", false)),
                refusal(
                        "another host",
                        list().with("Host", CANARY + ".test"),
                        403,
                        "-32600",
                        "host is not allowed, use `127.0.0.1` or `localhost`",
                        new Leaves.Counted("host", false)),
                refusal(
                        "headers of more than 10 KiB",
                        list().with("X-Canary", "x".repeat(10_300)),
                        431,
                        "",
                        "Request Header Fields Too Large",
                        new Leaves.Nothing("the front door answers, the router never sees it")));
    }
}
