package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.policy.cedar.Entity;
import dev.sluicegate.policy.cedar.EntityUid;
import dev.sluicegate.policy.cedar.Listing;
import dev.sluicegate.policy.cedar.MalformedPolicyException;
import dev.sluicegate.policy.cedar.Policies;
import dev.sluicegate.policy.cedar.Policy;
import dev.sluicegate.policy.cedar.RecordValue;
import dev.sluicegate.policy.cedar.Request;
import dev.sluicegate.policy.cedar.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A {@link Slice} ready to be asked. Immutable. */
final class CompiledSlice {
    private static final RecordValue.Shape ID = new RecordValue.Shape("id");

    private final Map<String, Ruling> rulings = new HashMap<>();
    private final Policies policies;
    private final Listing listing;
    private final InputType.Fields inputType;
    private final EntityUid action;
    private final EntityUid resource;
    private final RecordValue gatewayFacts;
    private final Map<EntityUid, Entity> actions = new HashMap<>();
    private final boolean dependsOnApproval;
    private final boolean dependsOnStepUp;
    private final List<Long> authAges;

    /**
     * @throws PolicyEngineException if the policies cannot be read
     */
    CompiledSlice(Slice slice, Gateway gateway) {
        inputType = InputType.of(slice.inputSchema());
        action = Cedar.action(slice.tool());
        resource = new EntityUid(Cedar.GATEWAY_TYPE, gateway.id());
        gatewayFacts = facts(gateway);
        var all = Cedar.action(Cedar.CALL_TOOL);
        var groups = new ArrayList<EntityUid>();
        groups.add(all);
        actions.put(all, new Entity(all, List.of()));
        for (var group : slice.groups()) {
            var uid = Cedar.action(group);
            groups.add(uid);
            actions.put(uid, new Entity(uid, List.of(all)));
        }
        actions.put(action, new Entity(action, groups));

        var rules = slice.rules().stream().sorted(Comparator.comparing(Rule::id)).toList();
        var read = new ArrayList<Policy>();
        var approval = false;
        var stepUp = false;
        var ages = new TreeSet<Long>(Comparator.reverseOrder());
        try {
            for (var rule : rules) {
                read.add(PolicyJson.read(rule.id(), rule.json()));
                rulings.put(rule.id(), Ruling.of(rule));
                var check = Widening.of(rule);
                approval |= check.dependsOnApproval();
                stepUp |= check.dependsOnStepUp();
                authAges(rule.json(), ages);
            }
            policies = Policies.of(read);
        } catch (InvalidPolicyException | MalformedPolicyException | IllegalArgumentException e) {
            throw new PolicyEngineException(
                    "a stored policy of `" + slice.tool() + "` cannot be read", e);
        }
        listing = new Listing(policies, DecisionInput.domain(inputType));
        dependsOnApproval = approval;
        dependsOnStepUp = stepUp;
        authAges = List.copyOf(ages);
    }

    /**
     * What a decision says about a policy, read once.
     *
     * @param ids the one
     * @param reasons the one, or none
     * @param role in the principal scope, or null
     */
    record Ruling(
            String id,
            List<String> ids,
            List<String> reasons,
            @Nullable String role,
            Decision.@Nullable ApprovalRule approval) {
        static Ruling of(Rule rule) {
            var reason = rule.reason();
            return new Ruling(
                    rule.id(),
                    List.of(rule.id()),
                    reason == null ? List.of() : List.of(reason),
                    Scopes.role(rule),
                    rule.approval());
        }
    }

    Policies policies() {
        return policies;
    }

    Listing listing() {
        return listing;
    }

    InputType.Fields inputType() {
        return inputType;
    }

    boolean dependsOnApproval() {
        return dependsOnApproval;
    }

    boolean dependsOnStepUp() {
        return dependsOnStepUp;
    }

    /** Ages of authentication at which some policy may change its mind, greatest first. */
    List<Long> authAges() {
        return authAges;
    }

    Ruling ruling(Policy policy) {
        var ruling = rulings.get(policy.id());
        if (ruling == null) {
            throw new PolicyEngineException("the evaluator named an unknown policy");
        }
        return ruling;
    }

    Request request(Entity principal, RecordValue context) {
        return new Request(principal.uid(), action, resource, context);
    }

    static Entity principal(DecisionRequest.Caller caller) {
        var uid =
                new EntityUid(
                        caller.human() ? Cedar.USER_TYPE : Cedar.WORKLOAD_TYPE,
                        caller.principalId());
        var roles = new EntityUid[caller.roles().size()];
        var next = 0;
        for (var role : caller.roles()) {
            roles[next++] = Cedar.role(role);
        }
        return new Entity(uid, new CallerFacts(caller), roles);
    }

    /** What policies can ask about a caller, made when one does. */
    private static final class CallerFacts implements Entity.Facts {
        private final DecisionRequest.Caller caller;

        CallerFacts(DecisionRequest.Caller caller) {
            this.caller = caller;
        }

        @Override
        public RecordValue attributes() {
            return caller.human() && !caller.tags().isEmpty()
                    ? user(caller)
                    : ID.of(new Value.Text(caller.principalId()));
        }

        @Override
        public RecordValue tags() {
            return CompiledSlice.tags(caller.tags());
        }
    }

    private static RecordValue user(DecisionRequest.Caller caller) {
        var attributes = new RecordValue.Builder(ID);
        attributes.put("id", new Value.Text(caller.principalId()));
        // optional attributes of users, from the facts of the same name
        optional(attributes, "department", caller.tags().get("department"));
        optional(attributes, "region", caller.tags().get("region"));
        return attributes.build();
    }

    private static RecordValue tags(Map<String, String> facts) {
        var tags = new RecordValue.Builder(facts.size());
        for (var fact : facts.entrySet()) {
            tags.put(fact.getKey(), new Value.Text(fact.getValue()));
        }
        return tags.build();
    }

    /** What is known about an entity of a call by {@code principal} in {@code env}, or null. */
    @Nullable Entity entity(EntityUid uid, Entity principal, String env) {
        if (uid.equals(principal.uid())) {
            return principal;
        }
        return uid.equals(resource) ? gateway(env) : actions.get(uid);
    }

    /** Few policies are about the gateway: made when one asks. */
    private Entity gateway(String env) {
        return new Entity(
                resource,
                gatewayFacts,
                List.of(new EntityUid(Cedar.ENVIRONMENT_TYPE, env)),
                RecordValue.EMPTY);
    }

    private static RecordValue facts(Gateway gateway) {
        var facts = new RecordValue.Builder(2);
        optional(facts, "account", gateway.account());
        optional(facts, "region", gateway.region());
        return facts.build();
    }

    private static void optional(RecordValue.Builder record, String name, @Nullable String value) {
        if (value != null) {
            record.put(name, new Value.Text(value));
        }
    }

    /** Integer literals that {@code json} compares the age of the authentication with, and those minus one. */
    private static void authAges(JsonNode json, Collection<Long> ages) {
        if (json.isObject() && json.path("attr").asText().equals("authAgeSec")) {
            return;
        }
        for (var operator : List.of("<", "<=", ">", ">=")) {
            var comparison = json.path(operator);
            if (mentionsAge(comparison)) {
                for (var side : List.of("left", "right")) {
                    var literal = comparison.path(side).path("Value");
                    if (literal.isIntegralNumber() && literal.canConvertToLong()) {
                        ages.add(literal.longValue());
                        ages.add(literal.longValue() - 1);
                    }
                }
            }
        }
        json.forEach(child -> authAges(child, ages));
    }

    private static boolean mentionsAge(JsonNode json) {
        if (json.path("attr").asText().equals("authAgeSec")) {
            return true;
        }
        for (var child : json) {
            if (mentionsAge(child)) {
                return true;
            }
        }
        return false;
    }
}
