package dev.sluicegate.router.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.Effect;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.policy.DecisionRequest;
import dev.sluicegate.router.enforcement.PolicyDecisionPoint;
import dev.sluicegate.router.identity.EffectiveIdentity;
import dev.sluicegate.router.policy.Catalogue;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * {@code tools/list}: the tools that this caller could ever use, in name order, page by page. A listing
 * promises nothing; every call is decided anew.
 */
final class ToolListing {
    /** Well below the size at which a listing eats a model's context. */
    static final int PAGE = 50;

    /** Short: a policy that is published changes the listing, and nobody is told. */
    static final long TTL_MS = 5_000;

    private static final Pattern CURSOR = Pattern.compile("[A-Za-z0-9_.-]{1,128}");

    private final Catalogue catalogue;
    private final PolicyDecisionPoint policy;
    private final int page;

    ToolListing(Catalogue catalogue, PolicyDecisionPoint policy, int page) {
        this.catalogue = catalogue;
        this.policy = policy;
        this.page = page;
    }

    /**
     * @throws dev.sluicegate.router.enforcement.PolicyUnavailableException if catalogue or policy cannot
     *     be read
     */
    Answer list(EffectiveIdentity identity, ObjectNode params, ProtocolVersion version) {
        var after = "";
        if (params.has("cursor")) {
            after = name(params.path("cursor"));
            if (after.isEmpty()) {
                return new Answer.No(
                        new Problem.MalformedParams("/cursor", "is not a cursor of ours"));
            }
        }
        var caller = caller(identity);
        var result = JsonNodeFactory.instance.objectNode();
        var tools = result.putArray("tools");
        var last = "";
        var sorted =
                catalogue.tools().stream()
                        .map(tool -> tool.manifest())
                        .sorted(Comparator.comparing(ToolManifest::name))
                        .toList();
        for (var tool : sorted) {
            if (tool.name().compareTo(after) <= 0
                    || !identity.scopes().containsAll(tool.requiredScopes())
                    || !policy.mayPermit(caller, tool.name())) {
                continue;
            }
            if (tools.size() == page) {
                result.put("nextCursor", cursor(last));
                break;
            }
            tools.add(describe(tool, version));
            last = tool.name();
        }
        if (version.modern()) {
            result.put("ttlMs", TTL_MS);
            result.put("cacheScope", "private");
        }
        return new Answer.Result(result);
    }

    private static DecisionRequest.Caller caller(EffectiveIdentity identity) {
        return new DecisionRequest.Caller(
                identity.principalId(),
                identity.human(),
                identity.roles(),
                Map.of("tenant", identity.tenant()),
                identity.env());
    }

    private static ObjectNode describe(ToolManifest tool, ProtocolVersion version) {
        var json = JsonNodeFactory.instance.objectNode();
        json.put("name", tool.name());
        json.put("title", tool.title());
        json.put("description", tool.description());
        json.set("inputSchema", IntentArgument.addTo(tool.inputSchema()));
        if (version.knowsOutputSchemas()) {
            json.set("outputSchema", ListedOutput.of(tool.outputSchema()));
        }
        var annotations = json.putObject("annotations");
        annotations.put("title", tool.title());
        annotations.put("readOnlyHint", tool.effect() == Effect.READ);
        annotations.put("destructiveHint", tool.effect() == Effect.DESTRUCTIVE);
        annotations.put("idempotentHint", tool.effect() == Effect.READ);
        annotations.put("openWorldHint", tool.egress());
        return json;
    }

    private static String cursor(String name) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(name.getBytes(StandardCharsets.UTF_8));
    }

    /** Empty when it is not a cursor. */
    private static String name(JsonNode cursor) {
        try {
            var bytes = Base64.getUrlDecoder().decode(cursor.asText());
            var name = new String(bytes, StandardCharsets.UTF_8);
            return CURSOR.matcher(name).matches() ? name : "";
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
