package dev.sluicegate.router.identity;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of one issuer. They are replaced every {@link #REFRESH}; in between an unknown key id may
 * cause one early fetch per {@link #EARLY}, which adds keys and changes none: whoever can alter the
 * answer for a moment cannot swap a key that is in use. Fetches are single flight.
 */
final class IssuerKeys {
    private static final Logger LOG = LoggerFactory.getLogger(IssuerKeys.class);

    static final Duration REFRESH = Duration.ofMinutes(5);
    static final Duration EARLY = Duration.ofSeconds(30);

    /** How long keys are used when the issuer does not answer; then the answer is no. */
    static final Duration MAX_AGE = Duration.ofMinutes(15);

    /** After a failed fetch, so that a dead issuer does not cost every request three seconds. */
    static final Duration PAUSE = Duration.ofSeconds(5);

    /** NIST SP 800-131A. */
    private static final int MIN_RSA_BITS = 2048;

    private final IssuerConfig issuer;
    private final KeyFetch fetch;
    private final Clock clock;
    private final ReentrantLock flight = new ReentrantLock();
    private volatile @Nullable Snapshot snapshot;
    private volatile Instant earlyAt = Instant.MIN;
    private volatile Instant failedAt = Instant.MIN;

    private record Snapshot(Map<String, JWK> keys, Instant at) {
        Snapshot {
            keys = Map.copyOf(keys);
        }

        boolean olderThan(Duration age, Instant now) {
            return !now.isBefore(at.plus(age));
        }
    }

    IssuerKeys(IssuerConfig issuer, KeyFetch fetch, Clock clock) {
        this.issuer = issuer;
        this.fetch = fetch;
        this.clock = clock;
    }

    /**
     * @throws KeysUnavailableException if there are no keys that are young enough
     */
    Optional<JWK> find(String kid) throws KeysUnavailableException {
        var current = current();
        var key = current.keys().get(kid);
        if (key == null) {
            key = early(current).keys().get(kid);
        }
        return Optional.ofNullable(key);
    }

    private Snapshot current() throws KeysUnavailableException {
        var now = clock.instant();
        var current = snapshot;
        if (current != null && !current.olderThan(REFRESH, now)) {
            return current;
        }
        flight.lock();
        try {
            current = snapshot; // another request may have fetched them while we waited
            if (current != null && !current.olderThan(REFRESH, now)) {
                return current;
            }
            if (now.isBefore(failedAt.plus(PAUSE))) {
                return orUnavailable(current, now, "failed a moment ago");
            }
            try {
                var fresh = new Snapshot(usable(fetch.keys(issuer)), now);
                snapshot = fresh;
                return fresh;
            } catch (KeysUnavailableException e) {
                failedAt = now;
                LOG.warn("keys of issuer {}: {}", issuer.issuer(), e.getMessage());
                return orUnavailable(current, now, String.valueOf(e.getMessage()));
            }
        } finally {
            flight.unlock();
        }
    }

    private static Snapshot orUnavailable(@Nullable Snapshot current, Instant now, String why)
            throws KeysUnavailableException {
        if (current == null || current.olderThan(MAX_AGE, now)) {
            throw new KeysUnavailableException(why);
        }
        return current;
    }

    /** At most one fetch per {@link #EARLY}; keeps every known key as it is. */
    private Snapshot early(Snapshot known) {
        var now = clock.instant();
        flight.lock();
        try {
            var current = snapshot == null ? known : snapshot;
            if (!known.at().isBefore(now) || now.isBefore(earlyAt.plus(EARLY))) {
                return current; // fetched for this very request, or early a moment ago
            }
            earlyAt = now;
            var merged = new HashMap<>(usable(fetch.keys(issuer)));
            // INVARIANT: a key id that is known keeps its key until the timed refresh
            merged.putAll(current.keys());
            var grown = new Snapshot(merged, current.at());
            snapshot = grown;
            return grown;
        } catch (KeysUnavailableException e) {
            LOG.warn("keys of issuer {}, early: {}", issuer.issuer(), e.getMessage());
            return known;
        } finally {
            flight.unlock();
        }
    }

    private static Map<String, JWK> usable(JWKSet set) {
        var keys = new HashMap<String, JWK>();
        for (var key : set.getKeys()) {
            var kid = key.getKeyID();
            var forSignatures = key.getKeyUse() == null || KeyUse.SIGNATURE.equals(key.getKeyUse());
            if (kid != null && forSignatures && isStrong(key)) {
                keys.putIfAbsent(kid, key.toPublicJWK());
            }
        }
        return keys;
    }

    private static boolean isStrong(JWK key) {
        return key instanceof ECKey || (key instanceof RSAKey && key.size() >= MIN_RSA_BITS);
    }
}
