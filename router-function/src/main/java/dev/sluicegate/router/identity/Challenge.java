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
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6750#section-3">RFC 6750, section 3</a>
 */
public record Challenge(String header, @Nullable String error, List<String> scopes) {
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

    private static Challenge of(
            ProtectedResource resource, @Nullable String error, List<String> scopes) {
        for (var scope : scopes) {
            if (!SCOPE.matcher(scope).matches()) {
                throw new IllegalArgumentException("`" + scope + "` is not an OAuth scope");
            }
        }
        var metadata = "resource_metadata=\"" + resource.metadataUrl() + "\"";
        var scope = "scope=\"" + String.join(" ", scopes) + "\"";
        var header =
                error == null
                        ? "Bearer " + metadata + ", " + scope
                        : "Bearer error=\"" + error + "\", " + scope + ", " + metadata;
        return new Challenge(header, error, scopes);
    }
}
