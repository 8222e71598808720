package dev.sluicegate.router.identity;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/**
 * The MCP endpoint as an OAuth resource: the audience of every access token, and where its metadata is.
 *
 * @param uri canonical, without a trailing slash, a query or a fragment
 */
public record ProtectedResource(URI uri) {
    /** Where the metadata of a resource is found. RFC 9728, section 3. */
    public static final String METADATA_PATH = "/.well-known/oauth-protected-resource";

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    public ProtectedResource {
        var scheme = uri.getScheme();
        var loopback = uri.getHost() != null && isLoopback(uri.getHost());
        if (!"https".equals(scheme) && !("http".equals(scheme) && loopback)) {
            throw new IllegalArgumentException(
                    "public URL `" + uri + "` is neither https nor on loopback");
        }
        if (uri.getHost() == null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "public URL `" + uri + "` needs a host and no query or fragment");
        }
        if (uri.getPath().length() < 2 || uri.getPath().endsWith("/")) {
            throw new IllegalArgumentException(
                    "public URL `" + uri + "` needs a path without a trailing slash");
        }
    }

    /**
     * @throws IllegalArgumentException if {@code publicUrl} cannot be a protected resource
     */
    public static ProtectedResource of(String publicUrl) {
        try {
            return new ProtectedResource(new URI(publicUrl));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("public URL `" + publicUrl + "` is not a URL", e);
        }
    }

    /** Whether {@code host} is this machine, by name or address; IPv6 in brackets. */
    public static boolean isLoopback(String host) {
        return LOOPBACK.contains(host.toLowerCase(Locale.ROOT));
    }

    /** Path of the MCP endpoint, {@code /mcp}. */
    public String path() {
        return uri.getPath();
    }

    /** Scheme, host and port. */
    public String origin() {
        return uri.getScheme() + "://" + uri.getRawAuthority();
    }

    /** Whether only this machine can reach it. */
    public boolean loopback() {
        return isLoopback(uri.getHost());
    }

    /** Absolute URL of the metadata, in the form that carries the path. */
    public String metadataUrl() {
        return origin() + METADATA_PATH + path();
    }
}
