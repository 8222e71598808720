package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.Label;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.local.demo.DemoCompany;
import dev.sluicegate.policy.DecisionRequest;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import dev.sluicegate.router.chain.QuotaAmount;
import dev.sluicegate.router.mcp.ToolArguments;
import dev.sluicegate.router.screening.Receivers;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say who asks and what came before; what they leave out is a fresh conversation. */
final class Question {
    @Option(names = "--user", paramLabel = "NAME", description = "demo user, with their roles")
    private @Nullable String user;

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            split = ",",
            description = "roles instead of the user's own")
    private @Nullable List<String> roles;

    @Option(
            names = "--env",
            paramLabel = "dev|prod",
            description = "environment (that of the running stack, else dev)")
    private @Nullable String env;

    @Option(names = "--mfa", description = "as after a login with a second factor")
    private boolean mfa;

    @Option(
            names = "--auth-age",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "how long ago the login was (1h)")
    private Duration authAge = Duration.ofHours(1);

    @Option(
            names = "--client-trust",
            paramLabel = "WORD",
            description = "managed, known or unknown (known)")
    private String trust = "known";

    @Option(
            names = "--chain-label",
            paramLabel = "LABEL",
            split = ",",
            description = "what the conversation has touched, such as pii")
    private List<String> labels = List.of();

    @Option(
            names = "--chain-tool",
            paramLabel = "TOOL",
            split = ",",
            description = "tools the conversation has used")
    private List<String> chainTools = List.of();

    @Option(names = "--untrusted", description = "the conversation has read untrusted content")
    private boolean untrusted;

    @Option(names = "--calls-today", paramLabel = "N", description = "calls of the tool before (0)")
    private long callsToday;

    @Option(names = "--rows-today", paramLabel = "N", description = "rows read before (0)")
    private long rowsToday;

    @Option(
            names = "--amount-today",
            paramLabel = "N",
            description = "amount before; that of the arguments is added (0)")
    private BigDecimal amountToday = BigDecimal.ZERO;

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description = "when, such as 2026-11-23T10:00:00Z (the stack's time, else now)")
    private @Nullable Instant at;

    @Option(names = "--approved", description = "an approval of exactly this call is at hand")
    private boolean approved;

    private ZoneId zone = ZoneOffset.UTC;

    /** What was left out is as in the stack whose policies are asked. */
    Question in(AdminClient stack) {
        stack.policySet(null)
                .ifPresent(there -> {
                    env = env == null ? there.path("environment").textValue() : env;
                    var now = there.path("now").textValue();
                    at = at == null && now != null ? Instant.parse(now) : at;
                    zone = ZoneId.of(there.path("zone").asText("UTC"));
                });
        return this;
    }

    private String environment() {
        return env == null ? "dev" : env;
    }

    /** Everything that is not the tool and its arguments. */
    DecisionRequest.Caller caller() {
        if (user == null && roles == null) {
            throw new CommandFailedException(ExitCode.USAGE, "say who asks: --user or --role");
        }
        if (!Set.of("dev", "prod").contains(environment())) {
            throw new CommandFailedException(
                    ExitCode.USAGE, "environment `" + env + "` is neither dev nor prod");
        }
        return new DecisionRequest.Caller(
                user == null ? "somebody" : user,
                true,
                roles(),
                Map.of("tenant", "demo"),
                environment());
    }

    private Set<String> roles() {
        if (roles != null) {
            return new HashSet<>(roles);
        }
        var name = String.valueOf(user);
        return DemoCompany.user(name)
                .map(found -> Set.copyOf(found.roles()))
                .orElseThrow(() ->
                        new CommandFailedException(
                                ExitCode.USAGE,
                                "nobody called `"
                                        + name
                                        + "` works there; there are "
                                        + DemoCompany.users().stream()
                                                .map(u -> u.name())
                                                .collect(Collectors.joining(", "))));
    }

    /**
     * The request of a call with these arguments, which get the schema's defaults first.
     *
     * @throws CommandFailedException if no call could have them
     */
    DecisionRequest of(ToolManifest tool, String text) {
        var unknown =
                labels.stream()
                        .filter(label ->
                                Arrays.stream(Label.values())
                                        .noneMatch(known -> known.word().equals(label)))
                        .toList();
        if (!unknown.isEmpty()) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "no label `"
                            + unknown.getFirst()
                            + "`; there are "
                            + Arrays.stream(Label.values())
                                    .map(Label::word)
                                    .collect(Collectors.joining(", ")));
        }
        var arguments = arguments(tool, text);
        if (!(Receivers.parse(tool, arguments) instanceof Receivers.Parsed receivers)) {
            throw new CommandFailedException(
                    ExitCode.NO, "a receiver is not exactly one plain address");
        }
        var when = at == null ? Instant.now() : at;
        var local = when.atZone(zone);
        return new DecisionRequest(
                caller(),
                tool.name(),
                arguments,
                new DecisionRequest.Session(
                        DemoCompany.CLI_CLIENT,
                        trust,
                        mfa,
                        authAge.toSeconds(),
                        "127.0.0.1",
                        when,
                        local.getHour(),
                        local.getDayOfWeek().getValue()),
                new DecisionRequest.Chain(
                        "simulated",
                        chainTools.size(),
                        new HashSet<>(labels),
                        new HashSet<>(chainTools),
                        untrusted || labels.contains(Label.UNTRUSTED.word())),
                new DecisionRequest.Quota(
                        callsToday, rowsToday, amountToday.add(QuotaAmount.of(tool, arguments))),
                receivers.egress(),
                approved);
    }

    private static ObjectNode arguments(ToolManifest tool, String text) {
        ObjectNode arguments;
        try {
            if (!(StrictJson.read(text.getBytes(StandardCharsets.UTF_8))
                    instanceof ObjectNode object)) {
                throw new MalformedJsonException("not an object");
            }
            arguments = object;
        } catch (MalformedJsonException | NotCanonicalException e) {
            throw new CommandFailedException(
                    ExitCode.USAGE, "the arguments are no JSON object: " + e.getMessage(), e);
        }
        return switch (ToolArguments.of(tool, arguments)) {
            case ToolArguments.Valid(var complete) -> complete;
            case ToolArguments.Invalid(var path, var message) ->
                    throw new CommandFailedException(
                            ExitCode.NO,
                            "no call could have these arguments: "
                                    + (path.isEmpty() ? "" : "`" + path + "` ")
                                    + message);
        };
    }

    static ToolManifest tool(PolicyWorld world, String name) {
        var tool = world.tools().get(name);
        if (tool == null) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "unknown tool `"
                            + name
                            + "`; there are "
                            + String.join(", ", world.tools().keySet()));
        }
        return tool;
    }
}
