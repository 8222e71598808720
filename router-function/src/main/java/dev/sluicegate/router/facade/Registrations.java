package dev.sluicegate.router.facade;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * Dynamic registration without a register: a client id is what was registered, with our MAC. The same
 * metadata is the same client however often it comes, and a flood of registrations fills nothing.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7591">RFC 7591</a>
 */
final class Registrations {
    /** A client id travels in URLs. */
    private static final int MAX_REDIRECTS = 5;

    private static final int MAX_BODY = 16 * 1024;

    /** 144 bits. */
    private static final int MAC_BYTES = 18;

    private static final Set<String> GRANTS = Set.of("authorization_code", "refresh_token");

    private final UnaryOperator<byte[]> mac;

    /**
     * @param mac HMAC-SHA256 with a key that only the gateway has
     */
    Registrations(UnaryOperator<byte[]> mac) {
        this.mac = mac;
    }

    /** What comes of a registration. */
    sealed interface Registered {
        record Client(ObjectNode document) implements Registered {}

        /**
         * @param error of RFC 7591, section 3.2.2
         */
        record Refused(String error, String why) implements Registered {}
    }

    Registered register(String body) {
        if (body.length() > MAX_BODY) {
            return no("invalid_client_metadata", "more than " + MAX_BODY + " characters");
        }
        JsonNode asked;
        try {
            asked = StrictJson.read(body.getBytes(StandardCharsets.UTF_8));
        } catch (MalformedJsonException | NotCanonicalException e) {
            return no("invalid_client_metadata", "not JSON");
        }
        var redirects = new TreeSet<String>();
        for (var redirect : asked.path("redirect_uris")) {
            if (!redirect.isTextual() || !RedirectUri.isAcceptable(redirect.textValue())) {
                return no(
                        "invalid_redirect_uri",
                        "a redirect URI is https, or http on loopback, without a fragment");
            }
            redirects.add(redirect.textValue());
        }
        if (redirects.isEmpty() || redirects.size() > MAX_REDIRECTS) {
            return no("invalid_redirect_uri", "one to " + MAX_REDIRECTS + " redirect URIs");
        }
        if (!"none".equals(asked.path("token_endpoint_auth_method").asText("none"))) {
            return no("invalid_client_metadata", "clients are public: use `none` and PKCE");
        }
        for (var grant : asked.path("grant_types")) {
            if (!GRANTS.contains(grant.asText())) {
                return no("invalid_client_metadata", "grant types are " + GRANTS);
            }
        }
        var name = LoginClient.printable(asked.path("client_name").asText(""));
        var held = JsonNodeFactory.instance.objectNode();
        held.put("n", name);
        var all = held.putArray("r");
        redirects.forEach(all::add);
        var document = JsonNodeFactory.instance.objectNode();
        document.put("client_id", id(held));
        document.put("client_name", name);
        document.set("redirect_uris", all);
        document.put("token_endpoint_auth_method", "none");
        var grants = document.putArray("grant_types");
        GRANTS.stream().sorted().forEach(grants::add);
        document.putArray("response_types").add("code");
        return new Registered.Client(document);
    }

    /** Empty when the id is not one of ours. */
    Optional<LoginClient> find(String id) {
        var dot = id.indexOf('.');
        if (dot < 0) {
            return Optional.empty();
        }
        try {
            var held = Base64.getUrlDecoder().decode(id.substring(0, dot));
            var signature = Base64.getUrlDecoder().decode(id.substring(dot + 1));
            if (!MessageDigest.isEqual(signature, sign(held))) {
                return Optional.empty();
            }
            var metadata = StrictJson.read(held);
            var redirects = new TreeSet<String>();
            metadata.path("r").forEach(redirect -> redirects.add(redirect.asText()));
            return Optional.of(
                    new LoginClient(
                            id, metadata.path("n").asText(), "", redirects.stream().toList()));
        } catch (IllegalArgumentException | MalformedJsonException | NotCanonicalException e) {
            return Optional.empty();
        }
    }

    private String id(ObjectNode held) {
        var bytes = held.toString().getBytes(StandardCharsets.UTF_8);
        var base64 = Base64.getUrlEncoder().withoutPadding();
        return base64.encodeToString(bytes) + "." + base64.encodeToString(sign(bytes));
    }

    private byte[] sign(byte[] held) {
        var tag = "facade-client\n".getBytes(StandardCharsets.UTF_8);
        var input = new byte[tag.length + held.length];
        System.arraycopy(tag, 0, input, 0, tag.length);
        System.arraycopy(held, 0, input, tag.length, held.length);
        var whole = mac.apply(input);
        var part = new byte[MAC_BYTES];
        System.arraycopy(whole, 0, part, 0, MAC_BYTES);
        return part;
    }

    private static Registered no(String error, String why) {
        return new Registered.Refused(error, why);
    }
}
