package dev.sluicegate.router.enforcement;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.policy.Decision;
import dev.sluicegate.policy.DecisionRequest;
import dev.sluicegate.record.Ulid;
import dev.sluicegate.router.chain.ChainState;
import dev.sluicegate.router.identity.EffectiveIdentity;
import dev.sluicegate.router.policy.CataloguedTool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Calls that have come as far as an invocation; only this package can make them, in tests too. */
public record RecordedCalls(
        ObjectNode arguments,
        String principal,
        Set<String> roles,
        @Nullable String role,
        String client,
        @Nullable String dataRole,
        Map<String, String> bound) {
    public static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    public static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    public static final String FUNCTION =
            "arn:aws:lambda:eu-central-1:000000000000:function:sluicegate-dev-tool-crm-note";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Ada notes something about C-1001. */
    public static RecordedCalls note() {
        return new RecordedCalls(
                JSON.createObjectNode().put("customer_id", "C-1001"),
                "abcdefghijklmnopqrstuvwxyz",
                Set.of("support", "billing"),
                "support",
                "inspector",
                "arn:aws:iam::000000000000:role/sluicegate-dev-data-crm-note",
                Map.of("customer", "C-1001"));
    }

    public RecordedCalls by(String other) {
        return new RecordedCalls(arguments, other, roles, role, client, dataRole, bound);
    }

    public RecordedCalls as(@Nullable String other) {
        return new RecordedCalls(arguments, principal, roles, other, client, dataRole, bound);
    }

    public RecordedCalls through(String other) {
        return new RecordedCalls(arguments, principal, roles, role, other, dataRole, bound);
    }

    public RecordedCalls boundTo(String customer) {
        return new RecordedCalls(
                arguments, principal, roles, role, client, dataRole, Map.of("customer", customer));
    }

    public RecordedCalls with(ObjectNode other) {
        return new RecordedCalls(other, principal, roles, role, client, dataRole, bound);
    }

    public RecordedCalls withoutDataRole() {
        return new RecordedCalls(arguments, principal, roles, role, client, null, bound);
    }

    public RecordedCall recorded() {
        var tool =
                new CataloguedTool(
                        manifest(),
                        FUNCTION,
                        dataRole,
                        "sluicegate-dev-grant-crm-note",
                        "sha256:cc");
        var identity =
                new EffectiveIdentity(
                        "demo",
                        principal,
                        "https://issuer.example",
                        true,
                        roles,
                        Set.of("tools:write"),
                        client,
                        "managed",
                        "dev",
                        false,
                        null,
                        null,
                        null,
                        NOW.plusSeconds(3_600));
        var call =
                new InboundCall(
                        Ulid.next(CLOCK),
                        identity,
                        tool,
                        arguments,
                        StatedIntent.NONE,
                        "1",
                        "2026-07-28",
                        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                        null,
                        NOW);
        var basis =
                new Decision.Basis(
                        List.of("p"), List.of(), List.of(), role, "sha256:dd", 7, "sha256:ee");
        var chain =
                new ChainState(
                        "chain",
                        true,
                        0,
                        Set.of(),
                        Set.of(),
                        false,
                        new ChainState.Quota("2026-11-23", 0, 0, BigDecimal.ZERO));
        return new Recorded(
                new Authorized(
                        call,
                        input(call, chain),
                        new Decision.Permit(basis),
                        chain,
                        List.of(),
                        bound),
                "01J00000000000000000000000",
                "sha256:ab");
    }

    /** As the enforcement point builds it. */
    static DecisionRequest input(InboundCall call, ChainState chain) {
        return new DecisionInput(CLOCK, ZoneOffset.UTC)
                .of(call, chain, new DecisionRequest.Egress(Set.of(), Set.of()), List.of());
    }

    private static ToolManifest manifest() {
        var json =
                """
                {"name": "crm___note", "version": "1", "owner": "crm", "title": "Note",
                 "description": "Notes", "effect": "write", "risk": "low",
                 "inputSchema": {"type": "object", "additionalProperties": false,
                   "properties": {"customer_id": {"type": "string"}}, "required": ["customer_id"]},
                 "outputSchema": {"type": "object"},
                 "bind": {"customer": "$.customer_id"},
                 "limits": {"timeoutMs": 1000, "resultBytes": 1000, "rows": 1},
                 "audit": {"payload": "digest", "facts": ["/customer_id"]},
                 "consequence": "Note"}
                """;
        try {
            return ToolManifest.of(JSON.readTree(json));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
