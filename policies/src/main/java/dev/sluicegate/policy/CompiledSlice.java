package dev.sluicegate.policy;

import com.cedarpolicy.BasicAuthorizationEngine;
import com.cedarpolicy.model.AuthorizationRequest;
import com.cedarpolicy.model.entity.Entity;
import com.cedarpolicy.model.exception.AuthException;
import com.cedarpolicy.model.exception.CacheException;
import com.cedarpolicy.model.exception.InternalException;
import com.cedarpolicy.model.policy.Policy;
import com.cedarpolicy.value.EntityUID;
import com.cedarpolicy.value.PrimString;
import com.cedarpolicy.value.Value;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A {@link Slice} ready to be asked: its policies are parsed once and kept on the engine's side. */
final class CompiledSlice {
    private static final Logger log = LoggerFactory.getLogger(CompiledSlice.class);

    private final Map<String, Rule> rules = new HashMap<>();
    private final List<Rule> ordered;
    private final InputType.Fields inputType;
    private final com.cedarpolicy.model.policy.PolicySet policies;
    private final EntityUID action;
    private final EntityUID resource;
    private final Gateway gateway;
    private final Set<Entity> actions;
    private final boolean dependsOnApproval;
    private final boolean dependsOnStepUp;
    private final List<Long> authAges;

    /**
     * @throws PolicyEngineException if the engine cannot read the policies
     */
    CompiledSlice(Slice slice, Gateway gateway) {
        this.gateway = gateway;
        ordered = slice.rules();
        ordered.forEach(rule -> rules.put(rule.id(), rule));
        inputType = InputType.of(slice.inputSchema());
        action = Cedar.action(slice.tool());
        resource = Cedar.GATEWAY.of(gateway.id());
        actions = actions(slice);
        policies = policies(slice);
        var checks = ordered.stream().map(Widening::of).toList();
        dependsOnApproval = checks.stream().anyMatch(Widening::dependsOnApproval);
        dependsOnStepUp = checks.stream().anyMatch(Widening::dependsOnStepUp);
        var ages = new TreeSet<Long>(Comparator.reverseOrder());
        ordered.forEach(rule -> authAges(rule.json(), ages));
        authAges = List.copyOf(ages);
    }

    List<Rule> rules() {
        return ordered;
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

    /**
     * @param rules that determined it: permits when allowed, else forbids
     * @param errors ids of policies that failed
     */
    record Answer(boolean allowed, List<Rule> rules, List<String> errors) {
        boolean permits() {
            return allowed && errors.isEmpty();
        }
    }

    Answer evaluate(DecisionRequest.Caller caller, Map<String, Value> context) {
        var principal = (caller.human() ? Cedar.USER : Cedar.WORKLOAD).of(caller.principalId());
        var request = new AuthorizationRequest(principal, action, resource, context);
        try {
            var response =
                    new BasicAuthorizationEngine()
                            .isAuthorized(request, policies, entities(caller, principal));
            // the engine's own messages quote values, so they go nowhere
            var success =
                    response.success.orElseThrow(
                            () -> new PolicyEngineException("the engine refused the request"));
            return new Answer(
                    success.isAllowed(),
                    success.getReason().stream().sorted().map(this::rule).toList(),
                    success.getErrors().stream().map(error -> error.getPolicyId()).toList());
        } catch (AuthException e) {
            throw new PolicyEngineException("the engine failed on a request");
        }
    }

    private Rule rule(String id) {
        var rule = rules.get(id);
        if (rule == null) {
            throw new PolicyEngineException("the engine named an unknown policy");
        }
        return rule;
    }

    private Set<Entity> entities(DecisionRequest.Caller caller, EntityUID principal) {
        var attributes = new HashMap<String, Value>();
        attributes.put("id", new PrimString(caller.principalId()));
        var tags = new HashMap<String, Value>();
        caller.tags().forEach((name, value) -> tags.put(name, new PrimString(value)));
        if (caller.human()) {
            // optional attributes of users, from the facts of the same name
            for (var name : List.of("department", "region")) {
                var value = tags.get(name);
                if (value != null) {
                    attributes.put(name, value);
                }
            }
        }
        var roles = caller.roles().stream().map(Cedar::role).collect(Collectors.toSet());
        var entities = new HashSet<>(actions);
        entities.add(new Entity(principal, attributes, roles, tags));
        var facts = new HashMap<String, Value>();
        if (gateway.account() != null) {
            facts.put("account", new PrimString(gateway.account()));
        }
        if (gateway.region() != null) {
            facts.put("region", new PrimString(gateway.region()));
        }
        entities.add(new Entity(resource, facts, Set.of(Cedar.ENVIRONMENT.of(caller.env()))));
        return entities;
    }

    private static Set<Entity> actions(Slice slice) {
        var all = Cedar.action(Cedar.CALL_TOOL);
        var entities = new HashSet<Entity>();
        var groups = new HashSet<EntityUID>();
        groups.add(all);
        for (var group : slice.groups()) {
            var id = Cedar.action(group);
            groups.add(id);
            entities.add(new Entity(id, Map.of(), Set.of(all)));
        }
        entities.add(new Entity(all));
        entities.add(new Entity(Cedar.action(slice.tool()), Map.of(), groups));
        return Set.copyOf(entities);
    }

    private static com.cedarpolicy.model.policy.PolicySet policies(Slice slice) {
        var policies = new HashSet<Policy>();
        try {
            for (var rule : slice.rules()) {
                policies.add(Policy.fromJson(rule.id(), rule.json().toString()));
            }
        } catch (InternalException e) {
            throw new PolicyEngineException("the engine cannot read a stored policy", e);
        }
        var set = new com.cedarpolicy.model.policy.PolicySet(policies);
        try {
            set.cache();
        } catch (CacheException e) {
            // full until older sets are collected; the answers are the same, only slower
            log.warn("policy slice of {} is not cached by the engine", slice.tool());
        }
        return set;
    }

    /** Integer literals that {@code json} compares the age of the authentication with, and those minus one. */
    private static void authAges(JsonNode json, Collection<Long> ages) {
        if (json.isObject() && json.path("attr").asText().equals("authAgeSec")) {
            return;
        }
        for (var operator : List.of("<", "<=", ">", ">=")) {
            var comparison = json.path(operator);
            if (comparison.toString().contains("\"authAgeSec\"")) {
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
}
