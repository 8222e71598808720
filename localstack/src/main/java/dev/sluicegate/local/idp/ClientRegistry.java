package dev.sluicegate.local.idp;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may ask for a login: the demo company's own clients and those that registered themselves. */
final class ClientRegistry {
    private static final String FILE = "issuer-clients.json";

    /** The oldest registration gives way: clients register again when they are told to. */
    private static final int MAX_CLIENTS = 500;

    private static final int MAX_REDIRECTS = 10;
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "[::1]", "localhost");
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final Set<String> own;
    private final @Nullable Path file;
    private final LinkedHashMap<String, Registered> registered = new LinkedHashMap<>();

    /**
     * @param redirects where a login may end
     * @param secret of a client that acts for itself, or null
     */
    record Registered(String name, List<String> redirects, @Nullable String secret) {
        Registered {
            redirects = List.copyOf(redirects);
        }

        @Override
        public String toString() {
            return "Registered[" + name + "]";
        }
    }

    ClientRegistry(Set<String> own, @Nullable Path folder) {
        this.own = Set.copyOf(own);
        this.file = folder == null ? null : folder.resolve(FILE);
        if (file != null && Files.exists(file)) {
            try {
                registered.putAll(
                        JSON.readValue(
                                Files.readString(file),
                                new TypeReference<LinkedHashMap<String, Registered>>() {}));
            } catch (IOException e) {
                throw new UncheckedIOException("registered clients cannot be read", e);
            }
        }
    }

    /** What a login page calls the client; empty if nobody knows it. */
    synchronized Optional<String> name(String clientId) {
        var found = registered.get(clientId);
        return found != null
                ? Optional.of(found.name())
                : own.contains(clientId) ? Optional.of(clientId) : Optional.empty();
    }

    /**
     * Exact match, except that the port of a loopback address is the client's to choose.
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc8252#section-7.3">RFC 8252 section 7.3</a>
     */
    synchronized boolean mayRedirect(String clientId, URI redirect) {
        if (!acceptable(redirect)) {
            return false;
        }
        var found = registered.get(clientId);
        if (found == null) {
            return own.contains(clientId) && isLoopback(redirect);
        }
        return found.redirects().stream()
                .map(URI::create)
                .anyMatch(known -> known.equals(redirect) || sameLoopback(known, redirect));
    }

    /** Whether PKCE is all that proves it: known, and without a secret. */
    synchronized boolean isPublic(String clientId) {
        var found = registered.get(clientId);
        return found == null ? own.contains(clientId) : found.secret() == null;
    }

    synchronized boolean hasSecret(String clientId, String secret) {
        var found = registered.get(clientId);
        var known = found == null ? null : found.secret();
        return known != null
                && MessageDigest.isEqual(
                        known.getBytes(StandardCharsets.UTF_8),
                        secret.getBytes(StandardCharsets.UTF_8));
    }

    synchronized void register(String clientId, Registered client) {
        registered.put(clientId, client);
        if (registered.size() > MAX_CLIENTS) {
            registered.pollFirstEntry();
        }
        if (file != null) {
            try {
                PrivateFile.write(file, JSON.writeValueAsString(registered));
            } catch (IOException e) {
                throw new UncheckedIOException("registered clients cannot be kept", e);
            }
        }
    }

    /** Whether a client may register these: at least one, each on loopback or over TLS. */
    static boolean acceptable(Set<URI> redirects) {
        return !redirects.isEmpty()
                && redirects.size() <= MAX_REDIRECTS
                && redirects.stream().allMatch(ClientRegistry::acceptable);
    }

    private static boolean acceptable(URI redirect) {
        return redirect.getHost() != null
                && redirect.getRawUserInfo() == null
                && redirect.getRawFragment() == null
                && ("https".equals(redirect.getScheme()) || isLoopback(redirect));
    }

    private static boolean isLoopback(URI uri) {
        return "http".equals(uri.getScheme())
                && uri.getHost() != null
                && LOOPBACK.contains(uri.getHost());
    }

    private static boolean sameLoopback(URI known, URI asked) {
        return isLoopback(known)
                && isLoopback(asked)
                && known.getHost().equals(asked.getHost())
                && path(known).equals(path(asked))
                && query(known).equals(query(asked));
    }

    private static String path(URI uri) {
        return uri.getRawPath() == null ? "" : uri.getRawPath();
    }

    private static String query(URI uri) {
        return uri.getRawQuery() == null ? "" : uri.getRawQuery();
    }
}
