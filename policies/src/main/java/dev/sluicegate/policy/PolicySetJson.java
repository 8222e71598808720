package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.policy.cedar.EntityUid;
import dev.sluicegate.policy.cedar.MalformedPolicyException;
import dev.sluicegate.policy.cedar.Policy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads Cedar's JSON format of a policy set: policies, templates, and links that make policies of templates.
 * A template alone decides nothing. What it does not know is refused, as in {@link PolicyJson}.
 *
 * @see <a href="https://docs.cedarpolicy.com/policies/json-format.html#policy-set-format">Policy set format</a>
 */
final class PolicySetJson {
    private static final String PRINCIPAL = "?principal";
    private static final String RESOURCE = "?resource";

    private PolicySetJson() {}

    /**
     * @throws InvalidPolicyException if it is no policy set; the message names the policy, template or link
     */
    static List<Policy> read(JsonNode set) {
        try {
            return policies(set);
        } catch (MalformedPolicyException e) {
            throw new InvalidPolicyException(String.valueOf(e.getMessage()));
        }
    }

    private static List<Policy> policies(JsonNode set) {
        only(set, Set.of("staticPolicies", "templates", "templateLinks"), "policy set");
        var ids = new HashSet<String>();
        var policies = new ArrayList<Policy>();
        for (var one : object(set, "staticPolicies").properties()) {
            var policy = PolicyJson.read(one.getKey(), one.getValue());
            if (policy.isTemplate()) {
                throw new MalformedPolicyException("policy `" + one.getKey() + "` is a template");
            }
            take(ids, one.getKey());
            policies.add(policy);
        }
        var templates = new TreeMap<String, Policy>();
        for (var one : object(set, "templates").properties()) {
            var template = PolicyJson.read(one.getKey(), one.getValue());
            if (!template.isTemplate()) {
                throw new MalformedPolicyException("template `" + one.getKey() + "` has no slot");
            }
            take(ids, one.getKey());
            templates.put(one.getKey(), template);
        }
        var links = set.path("templateLinks");
        if (!links.isArray() && !links.isMissingNode()) {
            throw new MalformedPolicyException("`templateLinks` is not a list");
        }
        for (var link : links) {
            policies.add(link(link, templates, ids));
        }
        return List.copyOf(policies);
    }

    private static Policy link(JsonNode link, Map<String, Policy> templates, Set<String> ids) {
        only(link, Set.of("templateId", "newId", "values"), "link");
        var id = link.path("newId").textValue();
        var of = link.path("templateId").textValue();
        if (id == null || of == null) {
            throw new MalformedPolicyException("a link needs `templateId` and `newId`");
        }
        var template = templates.get(of);
        if (template == null) {
            throw new MalformedPolicyException(
                    "link `" + id + "` is of the unknown template `" + of + "`");
        }
        take(ids, id);
        only(link.path("values"), Set.of(PRINCIPAL, RESOURCE), "values of link `" + id + "`");
        return template.link(id, value(link, PRINCIPAL), value(link, RESOURCE));
    }

    private static @Nullable EntityUid value(JsonNode link, String slot) {
        var value = link.path("values").path(slot);
        return value.isMissingNode() ? null : PolicyJson.uid(value, slot);
    }

    private static void take(Set<String> ids, String id) {
        if (!ids.add(id)) {
            throw new MalformedPolicyException("policy id `" + id + "` given twice");
        }
    }

    private static JsonNode object(JsonNode set, String name) {
        var part = set.path(name);
        if (!part.isObject() && !part.isMissingNode()) {
            throw new MalformedPolicyException("`" + name + "` is not an object");
        }
        return part;
    }

    private static void only(JsonNode object, Set<String> names, String what) {
        if (!object.isObject()) {
            throw new MalformedPolicyException(what + ": is not an object");
        }
        for (var field : object.properties()) {
            if (!names.contains(field.getKey())) {
                throw new MalformedPolicyException(
                        what + ": unknown field `" + field.getKey() + "`");
            }
        }
    }
}
