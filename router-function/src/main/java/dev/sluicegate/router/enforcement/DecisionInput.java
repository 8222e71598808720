package dev.sluicegate.router.enforcement;

import dev.sluicegate.policy.DecisionRequest;
import dev.sluicegate.router.chain.ChainState;
import dev.sluicegate.router.chain.QuotaAmount;
import dev.sluicegate.router.identity.EffectiveIdentity;
import dev.sluicegate.router.screening.Finding;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Puts together what one decision is made from: who, what, when and what came before. */
public final class DecisionInput {
    /** What policy sees where the front door gave no address: matches no allow-list. */
    private static final String UNKNOWN_ADDRESS = "0.0.0.0";

    private final Clock clock;
    private final ZoneId zone;

    /**
     * @param zone of hours and days in policies
     */
    public DecisionInput(Clock clock, ZoneId zone) {
        this.clock = clock;
        this.zone = zone;
    }

    /**
     * @param findings in the arguments: what this very call carries counts as touched
     */
    DecisionRequest of(
            InboundCall call,
            ChainState chain,
            DecisionRequest.Egress egress,
            List<Finding> findings) {
        var identity = call.identity();
        var labels = new TreeSet<String>();
        chain.labels().forEach(label -> labels.add(label.word()));
        for (var finding : findings) {
            if (finding.label() != null) {
                labels.add(finding.label().word());
            }
        }
        var amount = QuotaAmount.of(call.tool().manifest(), call.arguments());
        return new DecisionRequest(
                caller(identity),
                call.tool().name(),
                call.arguments(),
                session(identity),
                new DecisionRequest.Chain(
                        chain.chainId(), chain.depth(), labels, chain.tools(), chain.untrusted()),
                new DecisionRequest.Quota(
                        chain.quota().calls(),
                        chain.quota().rows(),
                        chain.quota().amount().add(amount)),
                egress,
                false);
    }

    /** The caller as policy names one. */
    public static DecisionRequest.Caller caller(EffectiveIdentity identity) {
        return new DecisionRequest.Caller(
                identity.principalId(),
                identity.human(),
                identity.roles(),
                Map.of("tenant", identity.tenant()),
                identity.env());
    }

    private DecisionRequest.Session session(EffectiveIdentity identity) {
        var now = clock.instant();
        var local = now.atZone(zone);
        var authenticated = identity.authTime();
        var address = identity.sourceIp();
        return new DecisionRequest.Session(
                identity.clientId(),
                identity.clientTrust(),
                identity.mfa(),
                authenticated == null
                        ? Long.MAX_VALUE
                        : Math.max(0, Duration.between(authenticated, now).toSeconds()),
                address == null ? UNKNOWN_ADDRESS : address,
                now,
                local.getHour(),
                local.getDayOfWeek().getValue());
    }
}
