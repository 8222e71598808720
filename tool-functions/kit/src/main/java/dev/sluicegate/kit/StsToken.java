package dev.sluicegate.kit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a web identity token says of itself. Its signature is for STS to verify; here it only has to say
 * what the grant says, so that a session never serves a call it was not made for.
 */
record StsToken(String audience, String sourceIdentity, Map<String, String> tags) {
    private static final int MAX_LENGTH = 20_000; // an STS limit
    private static final String TAGS = "https://aws.amazon.com/tags";
    private static final String SOURCE_IDENTITY = "https://aws.amazon.com/source_identity";

    /**
     * @throws CredentialsRefusedException if it is not such a token
     */
    static StsToken read(String jwt) {
        var parts = jwt.split("\\.", -1);
        if (jwt.length() > MAX_LENGTH || parts.length != 3) {
            throw malformed();
        }
        try {
            var claims = StrictJson.read(Base64.getUrlDecoder().decode(parts[1]));
            var tags = new TreeMap<String, String>();
            for (var tag : claims.path(TAGS).path("principal_tags").properties()) {
                if (tag.getValue().size() != 1) {
                    throw malformed();
                }
                tags.put(tag.getKey(), text(tag.getValue().path(0)));
            }
            return new StsToken(text(claims.path("aud")), text(claims.path(SOURCE_IDENTITY)), tags);
        } catch (IllegalArgumentException | MalformedJsonException | NotCanonicalException e) {
            throw malformed();
        }
    }

    private static String text(JsonNode value) {
        if (!value.isTextual()) {
            throw malformed();
        }
        return value.textValue();
    }

    private static CredentialsRefusedException malformed() {
        return new CredentialsRefusedException("token is malformed");
    }
}
