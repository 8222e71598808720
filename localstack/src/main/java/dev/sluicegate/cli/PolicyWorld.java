package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.policy.Decision;
import dev.sluicegate.policy.DecisionRequest;
import dev.sluicegate.policy.Gateway;
import dev.sluicegate.policy.InvalidPolicyException;
import dev.sluicegate.policy.PolicyCompiler;
import dev.sluicegate.policy.PolicyEngine;
import dev.sluicegate.policy.PolicySet;
import dev.sluicegate.policy.PolicySources;
import dev.sluicegate.policy.Rule;
import dev.sluicegate.policy.UnrepresentableInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Policies with the tools they are about, compiled and ready to be asked.
 *
 * @param name as it was asked for
 */
record PolicyWorld(
        String name,
        PolicySources sources,
        PolicySet set,
        PolicyEngine engine,
        Map<String, ToolManifest> tools) {
    /** The set that is in force in the running stack. */
    static final String HEAD = "head";

    /**
     * @param name a folder, {@code head} or {@code sha256:<hex>}
     * @throws CommandFailedException if there is no such thing, or it does not compile
     */
    static PolicyWorld open(
            String name, Workspace workspace, StackSelection stack, ToolSelection tools) {
        if (isPublished(name)) {
            return published(name, stack.admin(workspace));
        }
        return folder(name, Path.of(name), tools.tools(workspace));
    }

    static boolean isPublished(String name) {
        return name.equals(HEAD) || name.startsWith("sha256:");
    }

    static PolicyWorld published(String name, AdminClient admin) {
        var published =
                admin.policySet(name.equals(HEAD) ? null : name)
                        .orElseThrow(() ->
                                new CommandFailedException(
                                        ExitCode.NO, "no policy set `" + name + "` is published"));
        try {
            var folder = Files.createTempDirectory("policies");
            try {
                write(published, folder);
                return compile(name, folder, tools(published));
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A set that was published once, or null if it is not there or no longer compiles for the tools. */
    static @Nullable PolicyWorld stored(String set, AdminClient admin) {
        try {
            return published(set, admin);
        } catch (CommandFailedException e) {
            if (e.exitCode() == ExitCode.NO) {
                return null;
            }
            throw e;
        }
    }

    static PolicyWorld folder(String name, Path folder, Collection<ToolManifest> tools) {
        if (!Files.isDirectory(folder)) {
            throw new CommandFailedException(ExitCode.USAGE, "`" + name + "` is not a folder");
        }
        return compile(name, folder, tools);
    }

    /** The catalogue of a published set, as the admin endpoint tells it. */
    static Collection<ToolManifest> tools(JsonNode published) {
        var tools = new ArrayList<ToolManifest>();
        published.path("tools").forEach(tool -> tools.add(ToolManifest.of(tool)));
        return tools;
    }

    /** Writes the files of a published set. */
    static List<String> write(JsonNode published, Path folder) throws IOException {
        var names = new TreeSet<String>();
        for (var file : published.path("files").properties()) {
            var name = Path.of(file.getKey()).getFileName();
            if (name == null || !name.toString().equals(file.getKey())) {
                throw new CommandFailedException(
                        ExitCode.TAMPERED, "the set holds a file that is no plain name");
            }
            Files.writeString(folder.resolve(name), file.getValue().asText());
            names.add(file.getKey());
        }
        return List.copyOf(names);
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    private static PolicyWorld compile(
            String name, Path folder, Collection<ToolManifest> manifests) {
        try {
            var sources = PolicySources.read(folder);
            var set = PolicyCompiler.compile(sources, manifests, 1);
            var tools = new TreeMap<String, ToolManifest>();
            manifests.forEach(tool -> tools.put(tool.name(), tool));
            return new PolicyWorld(name, sources, set, new PolicyEngine(set, Gateway.PLAIN), tools);
        } catch (InvalidPolicyException e) {
            throw new CommandFailedException(
                    ExitCode.NO,
                    "the policies of `"
                            + name
                            + "` are not valid:\n  "
                            + String.join("\n  ", e.problems()),
                    e);
        }
    }

    /**
     * What they say; arguments that policy cannot look at are refused, as the gate refuses them.
     *
     * @return empty when refused
     */
    Optional<Decision> decide(DecisionRequest request) {
        try {
            return Optional.of(engine.decide(request));
        } catch (UnrepresentableInputException e) {
            return Optional.empty();
        }
    }

    @Nullable Rule rule(String id) {
        return set.rules().stream().filter(rule -> rule.id().equals(id)).findFirst().orElse(null);
    }

    /** {@code file:line} of a policy, empty where it cannot be found. */
    String place(String id) {
        var annotation = Pattern.compile("@id\\(\\s*\"" + Pattern.quote(id) + "\"\\s*\\)");
        for (var file : sources.files().entrySet()) {
            var found = annotation.matcher(file.getValue());
            if (found.find()) {
                var line = file.getValue().substring(0, found.start()).lines().count();
                var atStart =
                        found.start() == 0 || file.getValue().charAt(found.start() - 1) == '\n';
                return file.getKey() + ":" + (atStart ? line + 1 : Math.max(line, 1));
            }
        }
        return "";
    }

    String reason(String id) {
        var rule = rule(id);
        return rule == null ? "" : rule.json().path("annotations").path("reason").asText();
    }

    /** Roles that some policy names, sorted. */
    SortedSet<String> roles() {
        var roles = new TreeSet<String>();
        set.rules().forEach(rule -> roles(rule.json(), roles));
        return roles;
    }

    private static void roles(JsonNode json, SortedSet<String> roles) {
        if (json.path("type").asText().equals("Mcp::Role") && json.path("id").isTextual()) {
            roles.add(json.path("id").asText());
        }
        json.forEach(child -> roles(child, roles));
    }

    /** The decision as {@code -o json} prints it. */
    ObjectNode json(Decision decision) {
        var json = OutputFormat.JSON.createObjectNode();
        json.put("outcome", decision.word());
        var basis = decision.basis();
        var policies = json.putArray("policies");
        for (var id : basis.policies()) {
            policies.addObject().put("id", id).put("at", place(id)).put("reason", reason(id));
        }
        if (!basis.errors().isEmpty()) {
            basis.errors().forEach(json.putArray("errors")::add);
        }
        json.put("role", basis.role());
        switch (decision) {
            case Decision.NeedsApproval(_, var rule) -> approval(json, rule);
            case Decision.NeedsStepUpAndApproval(_, var rule, var age) -> {
                approval(json, rule);
                json.put("maxAgeSeconds", age);
            }
            case Decision.NeedsStepUp(_, var age) -> json.put("maxAgeSeconds", age);
            case Decision.Deny denied -> {
                var misses = json.putArray("nearMisses");
                for (var miss : denied.nearMisses()) {
                    misses.addObject()
                            .put("id", miss.policy().id())
                            .put("at", place(miss.policy().id()))
                            .put("unmet", miss.unmet());
                }
            }
            case Decision.Permit _ -> {}
        }
        json.put("set", basis.set());
        return json;
    }

    private static void approval(ObjectNode json, Decision.ApprovalRule rule) {
        json.putObject("approval")
                .put("approver", rule.approver())
                .put("ttlSeconds", rule.ttl().toSeconds())
                .put("quorum", rule.quorum());
    }

    /** The decision as lines for people, without the outcome. */
    List<String> lines(Decision decision) {
        var lines = new ArrayList<String>();
        for (var id : decision.basis().policies()) {
            var reason = reason(id);
            var place = place(id);
            lines.add(
                    id
                            + (place.isEmpty() ? "" : "  " + place)
                            + (reason.isEmpty() ? "" : "  " + reason));
        }
        for (var id : decision.basis().errors()) {
            lines.add(id + "  " + place(id) + "  could not be evaluated, so the answer is deny");
        }
        switch (decision) {
            case Decision.NeedsApproval(_, var rule) -> lines.add(approvalLine(rule));
            case Decision.NeedsStepUpAndApproval(_, var rule, var age) -> {
                lines.add(stepUpLine(age));
                lines.add(approvalLine(rule));
            }
            case Decision.NeedsStepUp(_, var age) -> lines.add(stepUpLine(age));
            case Decision.Deny denied -> {
                var basis = denied.basis();
                if (basis.policies().isEmpty() && basis.errors().isEmpty()) {
                    lines.add("no policy permits it");
                }
                for (var miss : denied.nearMisses()) {
                    lines.add(
                            miss.policy().id()
                                    + "  "
                                    + place(miss.policy().id())
                                    + "  would permit it if "
                                    + miss.unmet());
                }
            }
            case Decision.Permit _ -> {}
        }
        return lines;
    }

    private static String approvalLine(Decision.ApprovalRule rule) {
        return "needs "
                + rule.quorum()
                + (rule.quorum() == 1 ? " approval" : " approvals")
                + " by the role `"
                + rule.approver()
                + "` within "
                + rule.ttl().toMinutes()
                + " min";
    }

    private static String stepUpLine(@Nullable Long maxAge) {
        return maxAge == null
                ? "needs multi-factor authentication"
                : "needs multi-factor authentication not older than " + maxAge + " s";
    }
}
