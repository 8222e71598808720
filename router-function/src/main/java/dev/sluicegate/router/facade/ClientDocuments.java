package dev.sluicegate.router.facade;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import dev.sluicegate.router.identity.GuardedFetch;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clients whose id is the URL of what they say of themselves.
 *
 * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/">Client ID
 *     Metadata Documents</a>
 */
final class ClientDocuments {
    private static final Logger LOG = LoggerFactory.getLogger(ClientDocuments.class);

    /** The draft recommends this much. */
    static final int MAX_BYTES = 5 * 1024;

    /** The person's browser is waiting. */
    static final Duration PATIENCE = Duration.ofSeconds(3);

    /** Redirect URIs that a client withdraws are good for this long. */
    private static final Duration GOOD = Duration.ofMinutes(15);

    /** One that cannot be had is not asked for again at once: somebody else pays for the traffic. */
    private static final Duration BAD = Duration.ofSeconds(30);

    private static final int MAX_KEPT = 200;
    private static final int MAX_REDIRECTS = 20;
    private static final int MAX_ID = 300;

    private final GuardedFetch fetch;
    private final Clock clock;
    private final Map<String, Kept> kept =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
                    return size() > MAX_KEPT;
                }
            };

    /**
     * @param client null when the document could not be had or does not count
     */
    private record Kept(@Nullable LoginClient client, Instant until) {}

    ClientDocuments(GuardedFetch fetch, Clock clock) {
        this.fetch = fetch;
        this.clock = clock;
    }

    static boolean isUrl(String id) {
        return id.startsWith("https://");
    }

    /** Empty when there is no such document, or it is not in order. */
    Optional<LoginClient> find(String id) {
        var now = clock.instant();
        synchronized (kept) {
            var known = kept.get(id);
            if (known != null && now.isBefore(known.until())) {
                return Optional.ofNullable(known.client());
            }
        }
        var client = load(id);
        synchronized (kept) {
            kept.put(id, new Kept(client, now.plus(client == null ? BAD : GOOD)));
        }
        return Optional.ofNullable(client);
    }

    private @Nullable LoginClient load(String id) {
        if (id.length() > MAX_ID) {
            return null;
        }
        try {
            var uri = new URI(id);
            var path = uri.getRawPath();
            if (path == null || path.length() < 2 || !uri.normalize().equals(uri)) {
                return null;
            }
            var fetched = fetch.get(uri, MAX_BYTES, PATIENCE);
            if (!fetched.type().equals("application/json") && !fetched.type().endsWith("+json")) {
                return null;
            }
            return client(id, uri.getHost(), StrictJson.read(fetched.body()));
        } catch (GuardedFetch.RefusedFetchException e) {
            LOG.info("a client's document is not used: {}", e.getMessage());
            return null;
        } catch (URISyntaxException | MalformedJsonException | NotCanonicalException e) {
            return null;
        }
    }

    private static @Nullable LoginClient client(String id, String host, JsonNode document) {
        // whoever can put a file on a host must not speak for another file there
        if (!id.equals(document.path("client_id").textValue())
                || document.has("client_secret")
                || !"none".equals(document.path("token_endpoint_auth_method").asText("none"))) {
            return null;
        }
        List<String> redirects = new ArrayList<>();
        for (var redirect : document.path("redirect_uris")) {
            if (!redirect.isTextual() || !RedirectUri.isAcceptable(redirect.textValue())) {
                return null;
            }
            redirects.add(redirect.textValue());
        }
        if (redirects.isEmpty() || redirects.size() > MAX_REDIRECTS) {
            return null;
        }
        var name = LoginClient.printable(document.path("client_name").asText(""));
        return new LoginClient(id, name, host, redirects);
    }
}
