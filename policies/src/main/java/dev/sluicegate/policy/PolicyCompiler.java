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
import dev.sluicegate.policy.CedarParser.Statement;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The way from text to a {@link PolicySet}: parse, lint, validate strictly against the schema of the tools.
 * Whatever is wrong is said at once, with its place; nothing is dropped silently.
 *
 * <p>A policy is validated against the part of the schema that concerns it: the tools its action scope can
 * match and those it names. With the {@link Receipts} of an earlier set, only what changed is validated.
 */
public final class PolicyCompiler {
    private static final Set<String> ANNOTATIONS =
            Set.of("id", "reason", "approver", "approval_ttl", "quorum", "egress", "mode");
    private static final Set<String> MODES = Set.of("enforce", "shadow");
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    private static final int MAX_REASON = 300;

    /** Beyond this a slice about every tool no longer fits where slices are stored. */
    private static final int MAX_RULES = 10_000;

    /** Part of every receipt: what another validator accepted says nothing about this one. */
    private static final String VALIDATOR = "cedar-java 4.10.0, strict\n";

    /** Reserved, not used, until something nests: what the parser lets through is far from its end. */
    private static final long STACK_BYTES = 512L * 1024 * 1024;

    private final PolicySources sources;
    private final Map<String, ToolManifest> tools = new TreeMap<>();
    private final Map<String, TreeSet<String>> toolsByAction = new HashMap<>();
    private final TreeSet<String> declared;
    private final SchemaGenerator generator;
    private final Receipts known;
    private final List<String> problems = new ArrayList<>();
    private final Map<Part, Schemas> schemas = new HashMap<>();
    private int validated;

    private PolicyCompiler(
            PolicySources sources, Collection<ToolManifest> manifests, Receipts known) {
        this.sources = sources;
        this.known = known;
        this.generator = new SchemaGenerator(sources.stub());
        this.declared = new TreeSet<>(ActionGroups.declared(manifests));
        for (var tool : manifests) {
            tools.put(tool.name(), tool);
            toolsByAction(tool.name(), tool.name());
            toolsByAction(Cedar.CALL_TOOL, tool.name());
            ActionGroups.of(tool).forEach(group -> toolsByAction(group, tool.name()));
        }
    }

    private void toolsByAction(String action, String tool) {
        toolsByAction.computeIfAbsent(action, _ -> new TreeSet<>()).add(tool);
    }

    /**
     * A set, and how much work it was.
     *
     * @param validated how many policies the validator looked at; the others had a receipt
     */
    public record Compilation(PolicySet set, int validated) {}

    /**
     * @param tools every tool of the catalogue the set is published for
     * @throws InvalidPolicyException with one line per problem, if the set must not be published
     */
    public static PolicySet compile(
            PolicySources sources, Collection<ToolManifest> tools, long version) {
        return compile(sources, tools, version, Receipts.NONE).set();
    }

    /**
     * As {@link #compile(PolicySources, Collection, long)}, validating only what {@code known} has no receipt
     * for; the set is the same either way.
     *
     * @param known receipts of a set that was published before
     */
    public static Compilation compile(
            PolicySources sources, Collection<ToolManifest> tools, long version, Receipts known) {
        var bytes =
                sources.files().values().stream()
                        .mapToInt(text -> text.getBytes(StandardCharsets.UTF_8).length)
                        .sum();
        if (bytes > PolicySources.MAX_BYTES) {
            throw new InvalidPolicyException(
                    "policies have " + bytes + " bytes, at most " + PolicySources.MAX_BYTES);
        }
        return onDeepStack(() -> new PolicyCompiler(sources, tools, known).compile(tools, version));
    }

    /** The official engine recurses, and where its stack ends, so does this process. */
    private static Compilation onDeepStack(Supplier<Compilation> work) {
        var result = new CompletableFuture<Compilation>();
        var thread =
                new Thread(
                        null,
                        () -> {
                            try {
                                result.complete(work.get());
                            } catch (RuntimeException | Error e) {
                                result.completeExceptionally(e);
                            }
                        },
                        "policy-compiler",
                        STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
        try {
            return result.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case InvalidPolicyException refused -> throw refused;
                case PolicyEngineException failed -> throw failed;
                case null, default -> throw new PolicyEngineException("compiling failed", e);
            }
        }
    }

    private Compilation compile(Collection<ToolManifest> manifests, long version) {
        var schema = generator.text(manifests, new TreeSet<>());
        var schemaSha = PolicySet.hash(VALIDATOR + schema);
        if (!schemaSha.equals(known.schema())) {
            SchemaGenerator.parse(schema, "generated schema");
        }
        var parsed = parse();
        var policies = new ArrayList<>(parsed.values());
        policies.sort(Comparator.comparing(policy -> policy.rule().id()));
        policies.forEach(this::lint);
        var receipts = new TreeMap<String, Receipts.Receipt>();
        var warnings = new ArrayList<String>();
        var vocabulary = new Vocabulary(tools.keySet());
        for (var policy : policies) {
            vocabulary
                    .unknown(policy.rule())
                    .forEach(line -> warnings.add(policy.place() + ": " + line));
        }
        validate(policies, receipts, warnings);

        var enforced = slices(policies, false);
        var shadows = slices(policies, true);
        enforced.values().forEach(this::requireApproval);
        if (!problems.isEmpty()) {
            throw new InvalidPolicyException(problems);
        }
        var seen = new Receipts(schemaSha, receipts);
        var set =
                new PolicySet(
                        PolicySet.id(PolicySet.index(sources, schema, enforced, shadows, seen)),
                        version,
                        sources,
                        schema,
                        policies.stream().map(SourcePolicy::rule).toList(),
                        enforced,
                        shadows,
                        seen,
                        warnings);
        return new Compilation(set, validated);
    }

    /**
     * A policy and where it came from.
     *
     * @param sha of its text
     */
    private record SourcePolicy(Statement statement, String sha, Rule rule) {
        String place() {
            return statement.place();
        }
    }

    private Map<String, SourcePolicy> parse() {
        var parsed = new LinkedHashMap<String, SourcePolicy>();
        var count = 0;
        for (var file : sources.files().entrySet()) {
            var statements = CedarParser.statements(file.getKey(), file.getValue());
            count += statements.size();
            if (count > MAX_RULES) {
                throw new InvalidPolicyException(
                        file.getKey()
                                + ":"
                                + statements
                                        .get(statements.size() - 1 - (count - MAX_RULES - 1))
                                        .line()
                                + ": set has more than "
                                + MAX_RULES
                                + " policies");
            }
            for (var statement : statements) {
                try {
                    var sha = PolicySet.hash(statement.text());
                    var receipt = known.byText().get(sha);
                    add(
                            parsed,
                            receipt == null
                                    ? CedarParser.parse(statement)
                                    : new Parsed(statement, receipt.policy()),
                            sha);
                } catch (InvalidPolicyException e) {
                    problems.addAll(e.problems());
                }
            }
        }
        return parsed;
    }

    private void add(Map<String, SourcePolicy> all, Parsed policy, String sha) {
        var place = policy.statement().place();
        var id = policy.id();
        if (id == null) {
            problems.add(place + ": policy has no @id");
        } else if (!ID.matcher(id).matches()) {
            problems.add(place + ": @id is not letters, digits, dot, dash and underscore");
        } else {
            var other =
                    all.putIfAbsent(
                            id,
                            new SourcePolicy(policy.statement(), sha, new Rule(id, policy.json())));
            if (other != null) {
                problems.add(place + ": @id is taken by " + other.place());
            }
        }
    }

    private void lint(SourcePolicy policy) {
        var rule = policy.rule();
        var place = policy.place();
        var names = new TreeSet<String>();
        rule.json().path("annotations").fieldNames().forEachRemaining(names::add);
        names.removeAll(ANNOTATIONS);
        if (!names.isEmpty()) {
            problems.add(place + ": unknown annotation @" + String.join(", @", names));
        }
        var reason = rule.reason();
        if (reason != null && !isPlain(reason)) {
            problems.add(
                    place
                            + ": @reason is told to callers: one line of at most "
                            + MAX_REASON
                            + " printable characters");
        }
        var mode = rule.annotation("mode");
        if (mode != null && !MODES.contains(mode)) {
            problems.add(place + ": @mode is enforce or shadow");
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
        var remedied = widening.dependsOnApproval() || widening.dependsOnStepUp();
        if (!rule.permits() || remedied) {
            var what = rule.permits() ? "a policy about approval or authentication" : "a forbid";
            for (var problem : Totality.of(rule).problems()) {
                problems.add(
                        place + ": " + what + " must have a value for every request: " + problem);
            }
        } else {
            // a caller who makes it fail by arguments fails alone; this fails for everybody
            for (var problem : Totality.of(rule).unprovoked()) {
                problems.add(
                        place
                                + ": a permit may fail by the call's own arguments only, as a policy"
                                + " that fails denies: "
                                + problem);
            }
        }
        try {
            var approval = rule.approval();
            if (approval == null && widening.dependsOnApproval()) {
                problems.add(place + ": depends on approval but names no @approver");
            }
            if (approval != null && !widening.dependsOnApproval()) {
                problems.add(place + ": names an @approver but does not depend on approval");
            }
            if (approval != null) {
                requireKnown(approval.approver(), "@approver", place);
            }
        } catch (IllegalArgumentException e) {
            problems.add(place + ": " + e.getMessage());
        }
        var roles = new TreeSet<String>();
        Cedar.entities(rule.json(), Cedar.ROLE_TYPE, roles);
        roles.forEach(role -> requireKnown(role, "policy", place));
    }

    private static boolean isPlain(String reason) {
        return reason.length() <= MAX_REASON
                && reason.codePoints()
                        .noneMatch(c ->
                                Character.isISOControl(c)
                                        || Character.getType(c) == Character.FORMAT
                                        || Character.getType(c) == Character.LINE_SEPARATOR
                                        || Character.getType(c) == Character.PARAGRAPH_SEPARATOR);
    }

    private void requireKnown(String role, String who, String place) {
        var roles = sources.roles();
        if (roles != null && !roles.contains(role)) {
            problems.add(
                    place
                            + ": "
                            + who
                            + " names the unknown role `"
                            + role
                            + "`; a role that exists is added to "
                            + PolicySources.ROLES);
        }
    }

    /**
     * What a policy is validated against.
     *
     * @param tools those its action scope matches and those it names
     * @param groups those it is about where no tool is in any of them yet
     */
    private record Part(TreeSet<String> tools, TreeSet<String> groups) {
        /** About groups that no tool is in yet: checked against a tool without arguments. */
        boolean dormant() {
            return !groups.isEmpty();
        }
    }

    private record Schemas(String text, String sha) {}

    private SortedSet<String> matched(Rule rule) {
        var scope = rule.json().path("action");
        var actions = Scopes.actions(rule);
        var matched = new TreeSet<String>();
        switch (scope.path("op").asText()) {
            case "All" -> matched.addAll(tools.keySet());
            case "==" -> actions.stream().filter(tools::containsKey).forEach(matched::add);
            default ->
                    actions.forEach(action ->
                            matched.addAll(toolsByAction.getOrDefault(action, new TreeSet<>())));
        }
        return matched;
    }

    private Part part(Rule rule) {
        var named = new TreeSet<>(matched(rule));
        var actions = Scopes.actions(rule);
        var groups = new TreeSet<String>();
        if (named.isEmpty()
                && rule.json().path("action").path("op").asText().equals("in")
                && declared.containsAll(actions)) {
            groups.addAll(actions);
        }
        var mentioned = new TreeSet<String>();
        Cedar.entities(rule.json(), Cedar.ACTION_TYPE, mentioned);
        for (var action : mentioned) {
            if (tools.containsKey(action)) {
                named.add(action);
            } else if (action.startsWith("target:") && toolsByAction.containsKey(action)) {
                // declared by any tool of the target
                named.add(toolsByAction.get(action).first());
            }
        }
        return new Part(named, groups);
    }

    private Schemas schemas(Part part) {
        return schemas.computeIfAbsent(
                part,
                _ -> {
                    var text =
                            generator.text(
                                    part.tools().stream().map(tools::get).toList(), part.groups());
                    return new Schemas(text, PolicySet.hash(VALIDATOR + text));
                });
    }

    private void validate(
            List<SourcePolicy> policies,
            SortedMap<String, Receipts.Receipt> receipts,
            List<String> warnings) {
        var fresh = new LinkedHashMap<Part, List<SourcePolicy>>();
        for (var policy : policies) {
            var part = part(policy.rule());
            var receipt = known.byText().get(policy.sha());
            if (receipt != null && receipt.schema().equals(schemas(part).sha())) {
                receipts.put(policy.sha(), receipt);
                receipt.warnings().forEach(line -> warnings.add(policy.place() + ": " + line));
            } else {
                fresh.computeIfAbsent(part, _ -> new ArrayList<>()).add(policy);
            }
        }
        fresh.forEach((part, changed) -> validate(part, changed, receipts, warnings));
        validated = fresh.values().stream().mapToInt(List::size).sum();
    }

    private void validate(
            Part part,
            List<SourcePolicy> policies,
            SortedMap<String, Receipts.Receipt> receipts,
            List<String> warnings) {
        var byId = new HashMap<String, SourcePolicy>();
        var cedar = new HashSet<Policy>();
        for (var policy : policies) {
            byId.put(policy.rule().id(), policy);
            cedar.add(new Policy(policy.statement().text(), policy.rule().id()));
        }
        var schema = schemas(part);
        var response = validate(schema.text(), new com.cedarpolicy.model.policy.PolicySet(cedar));
        for (var error : sorted(response.validationErrors)) {
            problems.add(place(byId, error.getPolicyId()) + ": " + message(error));
        }
        var said = new HashMap<String, List<String>>();
        for (var warning : sorted(response.validationWarnings)) {
            var line = message(warning);
            var impossible = warning.getError().message.contains("policy is impossible");
            if (impossible && !part.dormant()) {
                problems.add(place(byId, warning.getPolicyId()) + ": " + line);
            } else if (!impossible) {
                warnings.add(place(byId, warning.getPolicyId()) + ": " + line);
                said.computeIfAbsent(warning.getPolicyId(), _ -> new ArrayList<>()).add(line);
            }
        }
        for (var policy : policies) {
            receipts.put(
                    policy.sha(),
                    new Receipts.Receipt(
                            policy.rule().json(),
                            schema.sha(),
                            said.getOrDefault(policy.rule().id(), List.of())));
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

    private static String place(Map<String, SourcePolicy> policies, String id) {
        var policy = policies.get(id);
        return policy == null ? id : policy.place();
    }

    /**
     * @param withShadow slices of the tools that a policy in shadow can match, with it; else all slices,
     *     without
     */
    private SortedMap<String, Slice> slices(List<SourcePolicy> policies, boolean withShadow) {
        var rules = new TreeMap<String, List<Rule>>();
        var shadowed = new HashSet<String>();
        tools.keySet().forEach(tool -> rules.put(tool, new ArrayList<>()));
        for (var policy : policies) {
            var rule = policy.rule();
            if (rule.shadow() && !withShadow) {
                continue;
            }
            for (var tool : matched(rule)) {
                rules.computeIfAbsent(tool, _ -> new ArrayList<>()).add(rule);
                if (rule.shadow()) {
                    shadowed.add(tool);
                }
            }
        }
        var slices = new TreeMap<String, Slice>();
        tools.forEach((name, tool) -> {
            if (!withShadow || shadowed.contains(name)) {
                slices.put(
                        name,
                        new Slice(
                                name,
                                ActionGroups.of(tool),
                                tool.inputSchema().deepCopy(),
                                rules.getOrDefault(name, List.of())));
            }
        });
        return slices;
    }

    /** Nothing risky is ever one forgotten rule away from running unasked. */
    private void requireApproval(Slice slice) {
        var tool = tools.get(slice.tool());
        if (tool == null || tool.risk() != Risk.HIGH) {
            return;
        }
        var unasked = ApprovalCoverage.unasked(slice.rules());
        if (!unasked.isEmpty()) {
            problems.add(
                    "high-risk tool `"
                            + slice.tool()
                            + "` cannot be published: "
                            + String.join(", ", unasked)
                            + " may permit an ordinary call without an approval; limit it by arguments"
                            + " or quota and add an approval rule for the same callers");
        }
    }
}
