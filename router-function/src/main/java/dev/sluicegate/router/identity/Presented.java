package dev.sluicegate.router.identity;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An access token and how it came.
 *
 * @param scheme of the header {@code Authorization}
 * @param token as it stood behind the scheme
 * @param proofs values of the header {@code DPoP}; more than one is refused
 * @param method of the request
 * @param url of the request as its sender knows it, without query and fragment
 * @param sourceIp from the front door, or null
 */
public record Presented(
        Scheme scheme,
        String token,
        List<String> proofs,
        String method,
        String url,
        @Nullable String sourceIp) {
    /** How a token may be presented. */
    public enum Scheme {
        BEARER,
        /** With a proof that the sender has the key that the token is bound to. */
        DPOP
    }

    public Presented {
        proofs = List.copyOf(proofs);
    }

    /** Where only bearer tokens are taken; a bound one is refused for want of a proof. */
    public static Presented bearer(String token, @Nullable String sourceIp) {
        return new Presented(Scheme.BEARER, token, List.of(), "", "", sourceIp);
    }

    @Override
    public String toString() {
        return "Presented[" + scheme + " " + method + " " + url + "]"; // never a token or a proof
    }
}
