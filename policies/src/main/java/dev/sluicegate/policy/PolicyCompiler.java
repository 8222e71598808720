package dev.sluicegate.policy;

import com.cedarpolicy.BasicAuthorizationEngine;
import com.cedarpolicy.model.DetailedError;
import com.cedarpolicy.model.ValidationRequest;
import com.cedarpolicy.model.ValidationResponse;
import com.cedarpolicy.model.exception.AuthException;
import com.cedarpolicy.model.policy.Policy;
import com.cedarpolicy.model.schema.Schema;
import dev.sluicegate.contract.Risk;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.policy.CedarParser.Parsed;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The way from text to a {@link PolicySet}: parse, lint, validate strictly against the schema of the tools.
 * Whatever is wrong is said at once, with its place; nothing is dropped silently.
 */
public final class PolicyCompiler {
    private static final Set<String> ANNOTATIONS =
            Set.of("id", "reason", "approver", "approval_ttl", "quorum", "egress");
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    /** Beyond this a set needs its own storage and incremental validation. */
    private static final int MAX_RULES = 10_000;

    private PolicyCompiler() {}

    /**
     * @param tools every tool of the catalogue the set is published for
     * @throws InvalidPolicyException with one line per problem, if the set must not be published
     */
    public static PolicySet compile(
            PolicySources sources, Collection<ToolManifest> tools, long version) {
        var problems = new ArrayList<String>();
        var bytes =
                sources.files().values().stream()
                        .mapToInt(text ->
                                text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length)
                        .sum();
        if (bytes > PolicySources.MAX_BYTES) {
            throw new InvalidPolicyException(
                    "policies have " + bytes + " bytes, at most " + PolicySources.MAX_BYTES);
        }
        var generator = new SchemaGenerator(sources.stub());
        var schema = generator.generate(tools);

        var parsed = parse(sources, problems);
        var rules = new ArrayList<Rule>();
        parsed.forEach((id, policy) -> rules.add(new Rule(id, policy.json())));
        rules.sort(Comparator.comparing(Rule::id));
        if (rules.size() > MAX_RULES) {
            throw new InvalidPolicyException(
                    "set has " + rules.size() + " policies, at most " + MAX_RULES);
        }
        rules.forEach(rule -> lint(rule, place(parsed, rule.id()), problems));

        var warnings = new ArrayList<String>();
        validate(generator, schema, tools, rules, parsed, problems, warnings);

        var slices = new TreeMap<String, Slice>();
        for (var tool : tools) {
            var groups = ActionGroups.of(tool);
            var slice =
                    new Slice(
                            tool.name(),
                            groups,
                            tool.inputSchema().deepCopy(),
                            rules.stream()
                                    .filter(rule -> Scopes.action(rule, tool.name(), groups))
                                    .toList());
            slices.put(tool.name(), slice);
            if (tool.risk() == Risk.HIGH && isPermitted(slice) && !hasApprovalRule(slice)) {
                problems.add(
                        "high-risk tool `"
                                + tool.name()
                                + "` cannot be published: policies permit it and none asks for an"
                                + " approval");
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidPolicyException(problems);
        }
        return new PolicySet(
                PolicySet.id(sources, schema, slices),
                version,
                sources,
                schema,
                rules,
                slices,
                warnings);
    }

    private static Map<String, Parsed> parse(PolicySources sources, List<String> problems) {
        var parsed = new LinkedHashMap<String, Parsed>();
        sources.files()
                .forEach((file, text) -> {
                    for (var statement : CedarParser.statements(file, text)) {
                        try {
                            add(parsed, CedarParser.parse(statement), problems);
                        } catch (InvalidPolicyException e) {
                            problems.addAll(e.problems());
                        }
                    }
                });
        return parsed;
    }

    private static void add(Map<String, Parsed> all, Parsed policy, List<String> problems) {
        var place = policy.statement().place();
        var id = policy.annotations().get("id");
        if (id == null) {
            problems.add(place + ": policy has no @id");
        } else if (!ID.matcher(id).matches()) {
            problems.add(place + ": @id is not letters, digits, dot, dash and underscore");
        } else {
            var other = all.putIfAbsent(id, policy);
            if (other != null) {
                problems.add(place + ": @id is taken by " + other.statement().place());
            }
        }
    }

    private static void lint(Rule rule, String place, List<String> problems) {
        var names = new TreeSet<String>();
        rule.json().path("annotations").fieldNames().forEachRemaining(names::add);
        names.removeAll(ANNOTATIONS);
        if (!names.isEmpty()) {
            problems.add(place + ": unknown annotation @" + String.join(", @", names));
        }
        var widening = Widening.of(rule);
        for (var attribute : widening.narrowing()) {
            problems.add(
                    place
                            + ": "
                            + attribute
                            + " may only widen: name it plainly in a permit's when or a forbid's"
                            + " unless");
        }
        try {
            var approval = rule.approval();
            if (approval == null && widening.dependsOnApproval()) {
                problems.add(place + ": depends on approval but names no @approver");
            }
            if (approval != null && !widening.dependsOnApproval()) {
                problems.add(place + ": names an @approver but does not depend on approval");
            }
        } catch (IllegalArgumentException e) {
            problems.add(place + ": " + e.getMessage());
        }
    }

    private static void validate(
            SchemaGenerator generator,
            String schema,
            Collection<ToolManifest> tools,
            List<Rule> rules,
            Map<String, Parsed> parsed,
            List<String> problems,
            List<String> warnings) {
        var declared = ActionGroups.declared(tools);
        var inUse = new HashSet<String>();
        tools.forEach(tool -> inUse.addAll(ActionGroups.of(tool)));
        var empty = new TreeSet<>(declared);
        empty.removeAll(inUse);

        var awake = new ArrayList<Rule>();
        var dormant = new ArrayList<Rule>();
        for (var rule : rules) {
            var actions = Scopes.actions(rule);
            (!actions.isEmpty() && empty.containsAll(actions) ? dormant : awake).add(rule);
        }
        validate(schema, awake, parsed, problems, warnings, true);
        if (!dormant.isEmpty()) {
            // about groups that no tool is in yet: checked against a tool without arguments
            var withPlaceholder = generator.generate(tools, new TreeSet<>(empty));
            validate(withPlaceholder, dormant, parsed, problems, warnings, false);
        }
    }

    private static void validate(
            String schema,
            List<Rule> rules,
            Map<String, Parsed> parsed,
            List<String> problems,
            List<String> warnings,
            boolean refuseImpossible) {
        var policies = new HashSet<Policy>();
        for (var rule : rules) {
            var text = parsed.get(rule.id());
            if (text != null) {
                policies.add(new Policy(text.statement().text(), rule.id()));
            }
        }
        var response = validate(schema, new com.cedarpolicy.model.policy.PolicySet(policies));
        for (var error : sorted(response.validationErrors)) {
            problems.add(place(parsed, error.getPolicyId()) + ": " + message(error));
        }
        for (var warning : sorted(response.validationWarnings)) {
            var line = place(parsed, warning.getPolicyId()) + ": " + message(warning);
            var impossible = warning.getError().message.contains("policy is impossible");
            if (impossible && refuseImpossible) {
                problems.add(line);
            } else if (!impossible) {
                warnings.add(line);
            }
        }
    }

    private static ValidationResponse.ValidationSuccessResponse validate(
            String schema, com.cedarpolicy.model.policy.PolicySet policies) {
        try {
            var response =
                    new BasicAuthorizationEngine()
                            .validate(new ValidationRequest(new Schema(schema), policies));
            return response.success.orElseThrow(() ->
                    new InvalidPolicyException(
                            "the validator refused the set: "
                                    + response.errors.map(List::toString).orElse("")));
        } catch (AuthException e) {
            throw new PolicyEngineException("the validator failed", e);
        }
    }

    private static List<ValidationResponse.ValidationError> sorted(
            List<ValidationResponse.ValidationError> errors) {
        return errors.stream()
                .sorted(
                        Comparator.comparing(ValidationResponse.ValidationError::getPolicyId)
                                .thenComparing(error -> error.getError().message))
                .toList();
    }

    private static String message(ValidationResponse.ValidationError error) {
        DetailedError detail = error.getError();
        var help = detail.help.filter(text -> !text.isBlank()).map(text -> " (" + text + ")");
        return detail.message.replaceFirst("^for policy `[^`]*`, ", "") + help.orElse("");
    }

    private static String place(Map<String, Parsed> parsed, String id) {
        var policy = parsed.get(id);
        return policy == null ? id : policy.statement().place();
    }

    private static boolean isPermitted(Slice slice) {
        return slice.rules().stream().anyMatch(Rule::permits);
    }

    private static boolean hasApprovalRule(Slice slice) {
        return slice.rules().stream().anyMatch(rule -> rule.annotation("approver") != null);
    }
}
