package dev.sluicegate.local;

import static dev.sluicegate.local.BadInput.CANARY;
import static dev.sluicegate.local.BadInput.bearer;
import static dev.sluicegate.local.BadInput.denied;
import static dev.sluicegate.local.BadInput.list;
import static dev.sluicegate.local.BadInput.misbehave;
import static dev.sluicegate.local.BadInput.refusal;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import java.util.stream.Stream;

/** Access tokens that are none, each forged in one thing. */
final class BadTokens {
    private static final ECKey STRANGER = newKey();

    /** Where a stranger offers the key that he signs with: whoever asked there would be convinced. */
    static final OfferedKeys STRANGERS_KEYS = OfferedKeys.of(STRANGER);

    private BadTokens() {}

    static Stream<BadRow> tokens() {
        return Stream.of(
                refusal(
                        "no token",
                        list().without("Authorization"),
                        401,
                        "401",
                        "an access token is needed",
                        new Leaves.Counted("absent", false)),
                refusal(
                        "another scheme",
                        list().with("Authorization", "Basic Y2FuYXJ5"),
                        401,
                        "401",
                        "an access token is needed",
                        new Leaves.Counted("absent", false)),
                refusal(
                        "two tokens",
                        list().with("Authorization", "Bearer a b"),
                        400,
                        "-32600",
                        "header Authorization is not `Bearer` or `DPoP` and one token",
                        new Leaves.Counted("malformed_authorization", false)),
                refusal(
                        "a good token and another",
                        list().also("Authorization", "Bearer " + CANARY),
                        400,
                        "-32600",
                        "header Authorization is not `Bearer` or `DPoP` and one token",
                        new Leaves.Counted("malformed_authorization", false)),
                refusal(
                        "a token in the query beside a good one",
                        list().to("/mcp?access_token=" + CANARY),
                        400,
                        "-32600",
                        "an access token does not belong in a query string",
                        new Leaves.Counted("token_in_query", false)),
                token("garbage", _ -> CANARY, "malformed", "it is not a signed token", false),
                token(
                        "no algorithm",
                        ForgedToken::unsigned,
                        "algorithm",
                        "its algorithm is not accepted",
                        true),
                token(
                        "HS256 with the public key",
                        ForgedToken::macOfPublicKey,
                        "algorithm",
                        "its algorithm is not accepted",
                        true),
                token(
                        "expired",
                        t -> t.claim("exp", t.now() - 61).signed(),
                        "expired",
                        "it has expired",
                        true),
                token(
                        "not yet valid",
                        t -> t.claim("nbf", t.now() + 62).signed(),
                        "not_yet_valid",
                        "it is not valid yet",
                        true),
                token(
                        "of the future",
                        t -> t.claim("iat", t.now() + 62).signed(),
                        "not_yet_valid",
                        "it is not valid yet",
                        true),
                token(
                        "for another resource",
                        t -> t.claim("aud", "https://" + CANARY + ".test/mcp").signed(),
                        "audience",
                        "it was issued for another resource",
                        true),
                token(
                        "of another issuer",
                        t -> t.claim("iss", "https://" + CANARY + ".test").signed(),
                        "issuer",
                        "its issuer is not accepted",
                        false),
                token(
                        "of another type",
                        t -> t.type("JWT").signed(),
                        "type",
                        "it is not an access token",
                        true),
                token(
                        "with an unknown key id",
                        t -> t.kid(CANARY).signed(),
                        "unknown_key",
                        "its key is not one of its issuer's",
                        true),
                token(
                        "signed by a stranger",
                        t -> t.by(STRANGER).signed(),
                        "signature",
                        "its signature is wrong",
                        true),
                token(
                        "with its own key in the header",
                        t -> t.embeddingKey(STRANGER).by(STRANGER).signed(),
                        "signature",
                        "its signature is wrong",
                        true),
                token(
                        "with a place of keys in the header",
                        t -> t.keysAt(STRANGERS_KEYS.url()).by(STRANGER).signed(),
                        "signature",
                        "its signature is wrong",
                        true),
                token(
                        "with critical parameters",
                        t -> t.critical().signed(),
                        "critical_header",
                        "it has critical header parameters",
                        true),
                token(
                        "without a client",
                        t -> t.claim("client_id", null).signed(),
                        "claims",
                        "it lacks a required claim",
                        true),
                refusal(
                        "a missing scope",
                        misbehave("{\"how\":\"answers\"}")
                                .with("Authorization", bearer("tools:write")),
                        403,
                        "403",
                        "the access token lacks a scope, needed are `tools:read`",
                        denied(
                                "identity",
                                "denied",
                                "the access token lacks a scope of tools:read")));
    }

    private static BadRow token(
            String name,
            java.util.function.Function<ForgedToken, String> token,
            String reason,
            String why,
            boolean issuerIsKnown) {
        return new BadRow(
                "a token " + name,
                list().with("Authorization", () -> "Bearer " + token.apply(new ForgedToken())),
                401,
                "401",
                "the access token is refused: " + why,
                new Leaves.Counted(reason, issuerIsKnown));
    }

    private static ECKey newKey() {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID("stranger").generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
