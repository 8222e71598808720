package dev.sluicegate.router.mcp;

import dev.sluicegate.router.identity.EffectiveIdentity;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Session ids of the legacy eras without any state: version and time of issue, signed together with who
 * initialized. An id is good for its own principal and client only, and never says who is calling.
 */
final class LegacySessions {
    static final String HEADER = "Mcp-Session-Id";

    static final Duration LIFE = Duration.ofHours(24);

    /** Keeps these signatures apart from everything else the key is used for. */
    private static final String DOMAIN = "legacy-session/v1";

    private static final Pattern ID =
            Pattern.compile("(\\d{4}-\\d{2}-\\d{2})\\.([0-9]{1,12})\\.([A-Za-z0-9_-]{43})");

    private final UnaryOperator<byte[]> mac;
    private final Clock clock;

    /**
     * @param mac HMAC-SHA256 with a key of this deployment
     */
    LegacySessions(UnaryOperator<byte[]> mac, Clock clock) {
        this.mac = mac;
        this.clock = clock;
    }

    String issue(EffectiveIdentity identity, ProtocolVersion version) {
        var issued = clock.instant().getEpochSecond();
        return version.wire()
                + "."
                + issued
                + "."
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(sign(identity, version.wire(), issued));
    }

    /** The version that was negotiated; empty when the id is not this caller's, not ours or over. */
    Optional<ProtocolVersion> verify(String id, EffectiveIdentity identity) {
        var parts = ID.matcher(id);
        if (!parts.matches()) {
            return Optional.empty();
        }
        var wire = group(parts.group(1));
        var issued = Long.parseLong(group(parts.group(2)));
        var signature = Base64.getUrlDecoder().decode(group(parts.group(3)));
        if (!MessageDigest.isEqual(signature, sign(identity, wire, issued))) {
            return Optional.empty();
        }
        var over = Instant.ofEpochSecond(issued).plus(LIFE);
        return clock.instant().isBefore(over) ? ProtocolVersion.legacy(wire) : Optional.empty();
    }

    private byte[] sign(EffectiveIdentity identity, String version, long issued) {
        // lengths, so that no two sets of fields are one text
        var text = new StringBuilder(DOMAIN);
        for (var field :
                new String[] {
                    identity.tenant(),
                    identity.principalId(),
                    identity.clientId(),
                    version,
                    Long.toString(issued)
                }) {
            text.append('\n').append(field.length()).append(':').append(field);
        }
        return mac.apply(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String group(@Nullable String matched) {
        return matched == null ? "" : matched;
    }
}
