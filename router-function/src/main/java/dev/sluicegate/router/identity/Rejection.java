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
    TENANT("its tenant is not served here"),
    /** Bound to something that nothing here can check; to take it as a bearer token would undo that. */
    SENDER_CONSTRAINED("it is bound to a certificate, which is not supported"),
    /** A bearer token of an issuer all of whose tokens are bound. */
    UNBOUND("it is not bound to a key"),
    PROOF_MISSING("it is bound to a key, and no proof of the key came with it"),
    PROOF_UNEXPECTED("it is not bound to a key, so it belongs behind `Bearer`"),
    PROOF_MALFORMED("its proof is not a proof of possession"),
    PROOF_SIGNATURE("the signature of its proof is wrong"),
    PROOF_KEY("its proof is of another key"),
    PROOF_TOKEN("its proof is for another token"),
    PROOF_REQUEST("its proof is for another method or URL"),
    PROOF_AGE("its proof is not of this moment"),
    PROOF_REPLAYED("its proof was used before"),
    /** Whether a proof was used before cannot be known: not the caller's fault, and still no. */
    REPLAYS_UNAVAILABLE("whether its proof was used before is not known"),
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

    /** Whether the proof of possession is what is wrong, not the token. RFC 9449, section 7.1. */
    public boolean ofProof() {
        return switch (this) {
            case PROOF_MALFORMED,
                    PROOF_SIGNATURE,
                    PROOF_KEY,
                    PROOF_TOKEN,
                    PROOF_REQUEST,
                    PROOF_AGE,
                    PROOF_REPLAYED ->
                    true;
            default -> false;
        };
    }

    /** For counts and records. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
