package dev.sluicegate.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.policy.CedarWorld;
import dev.sluicegate.policy.InvalidPolicyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Any Cedar policies, any requests, one answer a line: for comparing and for trying. */
@Command(
        name = "decide",
        sortOptions = false,
        description = {
            "Decide Cedar requests; any schema, not only the one of tools.",
            "Each line of REQUESTS is {\"principal\", \"action\", \"resource\", \"context\"}, entities as"
                    + " {\"type\", \"id\"} or Type::\"id\". Prints one JSON line for each: decision"
                    + " (allow or deny, as Cedar says), reasons and errors (policy ids: @id, or"
                    + " policy0, policy1 in the order of the file), nanos.",
            "A request that cannot be read is answered with deny and `error`; the command then exits"
                    + " with 3."
        },
        footer = {
            "",
            "A line of REQUESTS: {\"principal\":\"User::\\\"ada\\\"\",\"action\":\"Action::\\\"view\\\"\","
                    + "\"resource\":{\"type\":\"Photo\",\"id\":\"p\"},\"context\":{}}",
            "Exit codes: 0 all were decided, 1 policies, schema or entities cannot be read, 3 a request"
                    + " could not be read.",
            "For example: ./sluicegate policy decide --policies p.cedar --entities e.json --requests"
                    + " r.ndjson"
        })
final class PolicyDecideCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Option(
            names = "--policies",
            required = true,
            paramLabel = "FILE",
            description =
                    "Cedar policies, or a policy set in Cedar's JSON format, with templates and links")
    private Path policies = Path.of("");

    @Option(
            names = "--schema",
            paramLabel = "FILE",
            description = "Cedar schema, text or JSON: groups of actions, types of the data")
    private @Nullable Path schema;

    @Option(
            names = "--entities",
            paramLabel = "FILE",
            description = "JSON array of entities; none when left out")
    private @Nullable Path entities;

    @Option(
            names = "--requests",
            required = true,
            paramLabel = "FILE",
            description = "requests, one JSON object a line")
    private Path requests = Path.of("");

    PolicyDecideCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() throws IOException {
        var world = world();
        var unreadable = false;
        var number = 0;
        for (var line : read(requests).lines().toList()) {
            number++;
            if (!line.isBlank()) {
                unreadable |= !decide(world, line, number);
            }
        }
        return unreadable ? ExitCode.UNREACHABLE : ExitCode.OK;
    }

    private CedarWorld world() throws IOException {
        try {
            return CedarWorld.of(
                    read(policies),
                    schema == null ? null : read(schema),
                    entities == null
                            ? OutputFormat.JSON.createArrayNode()
                            : json(read(entities), String.valueOf(entities)),
                    true);
        } catch (InvalidPolicyException e) {
            throw new CommandFailedException(ExitCode.NO, placed(String.valueOf(e.getMessage())));
        }
    }

    /** With the file that a person can open instead of what it is for. */
    private String placed(String message) {
        var files = new LinkedHashMap<String, @Nullable Path>();
        files.put("policies:", policies);
        files.put("schema:", schema);
        files.put("entities:", entities);
        for (var file : files.entrySet()) {
            if (file.getValue() != null && message.startsWith(file.getKey())) {
                return file.getValue() + ":" + message.substring(file.getKey().length());
            }
        }
        return policies + ": " + message;
    }

    /** False when the line is no request. */
    private boolean decide(CedarWorld world, String line, int number) {
        var out = OutputFormat.JSON.createObjectNode();
        try {
            var request = world.request(OutputFormat.JSON.readTree(line));
            world.decide(request); // the first one pays for loading classes
            var start = System.nanoTime();
            var answer = world.decide(request);
            var nanos = System.nanoTime() - start;
            out.put("decision", answer.allowed() ? "allow" : "deny");
            var reasons = out.putArray("reasons");
            answer.determining().forEach(policy -> reasons.add(policy.id()));
            var errors = out.putArray("errors");
            answer.failures().forEach(failure -> errors.add(failure.policy().id()));
            out.put("nanos", nanos);
            return true;
        } catch (InvalidPolicyException | JsonProcessingException e) {
            out.put("decision", "deny");
            out.putArray("reasons");
            out.putArray("errors");
            out.put("nanos", 0);
            out.put(
                    "error",
                    "line "
                            + number
                            + ": "
                            + (e instanceof InvalidPolicyException
                                    ? e.getMessage()
                                    : "is not JSON"));
            return false;
        } finally {
            workspace.out().println(out);
        }
    }

    private static JsonNode json(String text, String file) {
        try {
            return OutputFormat.JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new CommandFailedException(ExitCode.USAGE, "`" + file + "` is not JSON");
        }
    }

    private static String read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new CommandFailedException(ExitCode.USAGE, "`" + file + "` is not a file");
        }
        return Files.readString(file);
    }
}
