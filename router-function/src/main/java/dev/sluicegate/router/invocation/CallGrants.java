package dev.sluicegate.router.invocation;

import dev.sluicegate.contract.CallGrant;
import dev.sluicegate.contract.SessionTags;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.Ulid;
import dev.sluicegate.router.enforcement.RecordedCall;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** Vouches for recorded calls, each with the key that only the router and the call's tool can read. */
public final class CallGrants {
    /** A tool accepts the version before for as long as it is the previous one: far longer. */
    static final Duration KEY_MAX_AGE = Duration.ofMinutes(5);

    private final GrantKeySource source;
    private final Clock clock;
    private final Map<String, Cached> keys = new HashMap<>();

    public CallGrants(SecretsManagerClient secrets, Clock clock) {
        this(new SecretsManagerGrantKeys(secrets), clock);
    }

    CallGrants(GrantKeySource source, Clock clock) {
        this.source = source;
        this.clock = clock;
    }

    /**
     * A grant for exactly this call, in compact form, good for {@link CallGrant#MAX_TTL_SECONDS}.
     *
     * @throws InvocationUnavailableException if the tool's key cannot be read
     */
    public String grant(RecordedCall recorded) {
        var authorized = recorded.authorized();
        var call = authorized.call();
        var identity = call.identity();
        var basis = authorized.decision().basis();
        var key = key(call.tool().grantSecretId());
        var now = clock.instant().getEpochSecond();
        var role = basis.role();
        return new CallGrant(
                        CallGrant.TYP,
                        key.kid(),
                        call.callId(),
                        call.tool().name(),
                        call.tool().functionArn(),
                        CanonicalJson.sha256(call.arguments()),
                        identity.tenant(),
                        identity.principalId(),
                        role == null ? SessionTags.NONE : role,
                        identity.roles().stream().sorted().toList(),
                        identity.env(),
                        identity.clientId(),
                        basis.set(),
                        basis.version(),
                        null, // no approval can be granted yet
                        now,
                        now + CallGrant.MAX_TTL_SECONDS,
                        Ulid.next(clock))
                .sign(key.bytes());
    }

    private synchronized GrantKeySource.GrantKey key(String secretId) {
        var now = clock.instant();
        var cached = keys.get(secretId);
        if (cached == null || !now.isBefore(cached.readAt().plus(KEY_MAX_AGE))) {
            cached = new Cached(source.current(secretId), now);
            keys.put(secretId, cached);
        }
        return cached.key();
    }

    private record Cached(GrantKeySource.GrantKey key, Instant readAt) {}
}
