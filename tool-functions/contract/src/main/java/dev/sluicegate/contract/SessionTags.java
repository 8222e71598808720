package dev.sluicegate.contract;

import dev.sluicegate.record.PrincipalId;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The session tags of one call, as the router signs them into the STS token and the tool expects to
 * find them there. Both sides compute them here, so a token for anyone or anything else is seen.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html">session tags</a>
 */
public final class SessionTags {
    /** Tags that say who calls what from where; a manifest's {@code bind} must not use these names. */
    public static final Set<String> RESERVED =
            Set.of("tenant", "user", "role", "roles", "env", "tool", "client");

    /** The value of {@code role} and {@code roles} when there is none. */
    public static final String NONE = "none";

    /** STS allows 256 characters in a tag value. */
    private static final int MAX_VALUE = 256;

    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9 _.:/=+@-]*");

    private SessionTags() {}

    /**
     * @param role the role that made the decision, or null
     * @param bound tags that bind the call to resources, {@link ToolManifest#bound}
     * @return in name order
     * @throws IllegalArgumentException if a value cannot be a tag and must not be replaced by a hash
     */
    public static Map<String, String> of(
            String tenant,
            String principal,
            @Nullable String role,
            Collection<String> roles,
            String env,
            String tool,
            String client,
            Map<String, String> bound) {
        var tags = new TreeMap<String, String>();
        bound.forEach((name, value) -> tags.put(name, checked(name, value)));
        tags.put("tenant", checked("tenant", tenant));
        tags.put("user", checked("user", principal));
        tags.put("role", role == null || role.isEmpty() ? NONE : fitting("role", role));
        tags.put("roles", roles(roles));
        tags.put("env", checked("env", env));
        tags.put("tool", checked("tool", tool));
        tags.put("client", fitting("client", client));
        return tags;
    }

    private static String roles(Collection<String> roles) {
        if (roles.isEmpty()) {
            return NONE;
        }
        var sorted = new TreeSet<>(roles);
        var joined = String.join(":", sorted);
        // a role with a colon could pose as two: then only the hash is unambiguous
        return sorted.stream().anyMatch(role -> role.contains(":"))
                ? PrincipalId.of("roles", String.join("\0", sorted))
                : fitting("roles", joined);
    }

    private static String fitting(String name, String value) {
        return fits(value) ? value : PrincipalId.of(name, value);
    }

    private static String checked(String name, String value) {
        if (!fits(value)) {
            throw new IllegalArgumentException("tag `" + name + "` has a value that STS refuses");
        }
        return value;
    }

    private static boolean fits(String value) {
        return value.length() <= MAX_VALUE && VALUE.matcher(value).matches();
    }
}
