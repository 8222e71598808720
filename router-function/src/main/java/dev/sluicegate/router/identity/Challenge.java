package dev.sluicegate.router.identity;

import dev.sluicegate.contract.Effect;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a client is told when its token is not enough: the value of {@code WWW-Authenticate}, which also
 * stands in the JSON body because some front doors rename the header.
 *
 * @param header value of {@code WWW-Authenticate}
 * @param error OAuth error code, or null when there was no token at all
 * @param scopes to ask for, sorted, each once
 * @param stepUp which authentication to ask for, or null when any will do
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6750#section-3">RFC 6750, section 3</a>
 */
public record Challenge(
        String header, @Nullable String error, List<String> scopes, @Nullable StepUp stepUp) {
    /**
     * @param contexts values of {@code acr_values}, best first
     * @param maxAgeSeconds how old the authentication may be, or null when only its strength matters
     */
    public record StepUp(List<String> contexts, @Nullable Long maxAgeSeconds) {
        public StepUp {
            contexts = List.copyOf(contexts);
        }
    }

    /**
     * What a client should ask for: with less, tools are missing from its listing and it would never
     * learn that they exist. The issuer gives the person what the person may have.
     */
    public static final List<String> SCOPES =
            Stream.of(Effect.values()).map(Effect::scope).toList();

    /** RFC 6749, section 3.3. Anything else would break the quoted string. */
    private static final Pattern SCOPE = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]+");

    public Challenge {
        scopes = List.copyOf(scopes);
    }

    /** 401: no token was sent. */
    public static Challenge unauthenticated(ProtectedResource resource) {
        return of(resource, null, SCOPES);
    }

    /** 401: a token was sent and is not accepted. */
    public static Challenge invalidToken(ProtectedResource resource) {
        return of(resource, "invalid_token", SCOPES);
    }

    /** 400: the request does not say plainly which token it carries. */
    public static Challenge invalidRequest(ProtectedResource resource) {
        return of(resource, "invalid_request", SCOPES);
    }

    /**
     * 403: the token is valid and lacks a scope.
     *
     * @param needed all scopes that this call needs, held ones included: a client replaces its token
     */
    public static Challenge insufficientScope(
            ProtectedResource resource, Collection<String> needed) {
        return of(resource, "insufficient_scope", needed.stream().distinct().sorted().toList());
    }

    /**
     * 401: the token is good, and the authentication behind it too old or too weak for this call. A
     * stronger one is asked for even where only the age is wrong: a fresh and weaker one would fail next.
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc9470#section-3">RFC 9470, section 3</a>
     */
    public static Challenge insufficientAuthentication(
            ProtectedResource resource,
            StepUpContexts contexts,
            String issuer,
            @Nullable Long maxAgeSeconds) {
        var stepUp = new StepUp(contexts.at(issuer), maxAgeSeconds);
        var error = "insufficient_user_authentication";
        var asked = "acr_values=\"" + String.join(" ", stepUp.contexts()) + "\"";
        if (maxAgeSeconds != null) {
            asked += ", max_age=\"" + maxAgeSeconds + "\"";
        }
        var header =
                "Bearer error=\""
                        + error
                        + "\", error_description=\"a fresh, stronger authentication is needed\", "
                        + asked
                        + ", "
                        + parameters(resource, SCOPES);
        return new Challenge(header, error, SCOPES, stepUp);
    }

    /**
     * 401: the token is bound to a key, or was presented as if it were.
     *
     * @param error {@code invalid_token} or {@code invalid_dpop_proof}
     * @see <a href="https://www.rfc-editor.org/rfc/rfc9449#section-7.1">RFC 9449, section 7.1</a>
     */
    public static Challenge proofOfPossession(ProtectedResource resource, String error) {
        var header =
                "DPoP error=\""
                        + error
                        + "\", algs=\""
                        + String.join(" ", ProofOfPossession.ALGORITHMS)
                        + "\", "
                        + parameters(resource, SCOPES);
        return new Challenge(header, error, SCOPES, null);
    }

    private static Challenge of(
            ProtectedResource resource, @Nullable String error, List<String> scopes) {
        for (var scope : scopes) {
            if (!SCOPE.matcher(scope).matches()) {
                throw new IllegalArgumentException("`" + scope + "` is not an OAuth scope");
            }
        }
        var metadata = metadata(resource);
        var header =
                error == null
                        ? "Bearer " + metadata + ", " + scope(scopes)
                        : "Bearer error=\"" + error + "\", " + parameters(resource, scopes);
        return new Challenge(header, error, scopes, null);
    }

    private static String parameters(ProtectedResource resource, List<String> scopes) {
        return scope(scopes) + ", " + metadata(resource);
    }

    private static String scope(List<String> scopes) {
        return "scope=\"" + String.join(" ", scopes) + "\"";
    }

    private static String metadata(ProtectedResource resource) {
        return "resource_metadata=\"" + resource.metadataUrl() + "\"";
    }
}
