package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/**
 * Everything one decision is made from.
 *
 * @param tool name of the tool, the Cedar action
 * @param input the call's arguments, with schema defaults, screened
 * @param session {@code context.session}
 * @param chain {@code context.chain}
 * @param quota {@code context.quota}, this call's amount included in {@code amountToday}
 * @param egress {@code context.egress}: receivers the arguments name and their domains
 * @param approved whether an approval of exactly this call is at hand
 */
public record DecisionRequest(
        Caller caller,
        String tool,
        ObjectNode input,
        Session session,
        Chain chain,
        Quota quota,
        Egress egress,
        boolean approved) {

    /**
     * @param principalId entity id
     * @param human User or Workload
     * @param roles parents of the principal
     * @param tags further facts about the principal as string tags, never personal data
     * @param env the environment the gateway is in
     */
    public record Caller(
            String principalId,
            boolean human,
            Set<String> roles,
            Map<String, String> tags,
            String env) {
        public Caller {
            roles = Set.copyOf(roles);
            tags = Map.copyOf(tags);
        }
    }

    /**
     * @param clientTrust {@code managed | known | unknown}
     * @param authAgeSec seconds since authentication; {@link Long#MAX_VALUE} when unknown
     * @param ip source address, {@code 0.0.0.0} when unknown
     * @param hour 0..23 in the environment's zone
     * @param dow 1 (Monday) .. 7 in the environment's zone
     */
    public record Session(
            String clientId,
            String clientTrust,
            boolean mfa,
            long authAgeSec,
            String ip,
            Instant now,
            int hour,
            int dow) {}

    public record Chain(
            String id, long depth, Set<String> labels, Set<String> tools, boolean untrusted) {
        public Chain {
            labels = Set.copyOf(labels);
            tools = Set.copyOf(tools);
        }
    }

    public record Quota(long callsToday, long rowsToday, BigDecimal amountToday) {}

    public record Egress(Set<String> receivers, Set<String> domains) {
        public Egress {
            receivers = Set.copyOf(receivers);
            domains = Set.copyOf(domains);
        }
    }

    /**
     * Everything the decision is made from, as it is hashed for the record and as another decision service
     * gets it. Holds the arguments: not for logs.
     */
    public ObjectNode toJson() {
        return DecisionInput.json(this);
    }

    /** For messages; never the input. */
    @Override
    public String toString() {
        return "DecisionRequest[" + caller.principalId() + " " + tool + "]";
    }
}
