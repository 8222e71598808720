package dev.sluicegate.router.identity;

import java.util.Locale;

/** Why an access token does not say who is calling. */
public enum Rejection {
    ABSENT("there is none"),
    MALFORMED("it is not a signed token"),
    ALGORITHM("its algorithm is not accepted"),
    CRITICAL_HEADER("it has critical header parameters"),
    TYPE("it is not an access token"),
    ISSUER("its issuer is not accepted"),
    UNKNOWN_KEY("its key is not one of its issuer's"),
    SIGNATURE("its signature is wrong"),
    EXPIRED("it has expired"),
    NOT_YET_VALID("it is not valid yet"),
    AUDIENCE("it was issued for another resource"),
    CLAIMS("it lacks a required claim"),
    /** Bound to a key of the client; to take it as a bearer token would undo the binding. */
    SENDER_CONSTRAINED("it is bound to a key, which is not supported"),
    /** The issuer's keys cannot be fetched: not the caller's fault, and still no. */
    KEYS_UNAVAILABLE("its issuer's keys cannot be fetched");

    private final String why;

    Rejection(String why) {
        this.why = why;
    }

    /** For the caller: lower case, without a value of the token. */
    public String why() {
        return why;
    }

    /** For counts and records. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
