package dev.sluicegate.router.mcp;

import dev.sluicegate.router.enforcement.Outcome;
import dev.sluicegate.router.identity.Challenge;
import dev.sluicegate.router.identity.Rejection;

/**
 * Why a request gets no result. A refused or failed call is none of these: it has a result that says so.
 */
public sealed interface Problem {
    record NotJson() implements Problem {}

    /**
     * @param why which rule of JSON-RPC it breaks
     */
    record NotARequest(String why) implements Problem {}

    /**
     * The body cannot be read as one JSON value that means one thing.
     *
     * @param path JSON pointer into the body, empty for the whole
     */
    record UnreadableBody(String path, String rule) implements Problem {}

    record UnknownMethod(String method) implements Problem {}

    /** Header and body disagree, or a header that must mirror the body is missing. */
    record HeaderMismatch(String why) implements Problem {}

    record UnsupportedVersion(String requested) implements Problem {}

    /** A request of the modern era without what must accompany each. */
    record MissingMeta(String path) implements Problem {}

    /**
     * @param path JSON pointer into {@code params}
     */
    record MalformedParams(String path, String rule) implements Problem {}

    record UnknownTool(String name) implements Problem {}

    /** A session that is not the caller's, not ours, or over: the client has to initialize again. */
    record UnknownSession() implements Problem {}

    record NoToken(Challenge challenge) implements Problem {}

    record RefusedToken(Challenge challenge, Rejection reason) implements Problem {}

    /** Not plainly one token in the one place where it belongs. */
    record AmbiguousToken(Challenge challenge, String why) implements Problem {}

    record InsufficientScope(Challenge challenge) implements Problem {}

    /**
     * The call is decided and recorded: it would pass with another authentication. HTTP has a word for
     * that, so it is none of the results that say no.
     */
    record StepUpRequired(Challenge challenge, Outcome.Refused refused) implements Problem {}

    record ForbiddenOrigin() implements Problem {}

    record ForbiddenHost() implements Problem {}

    /** The issuer's keys cannot be had, so nobody can say who is calling. */
    record IdentityUnavailable() implements Problem {}

    /** Ours. */
    record Internal() implements Problem {}
}
