package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a directory of Cedar's integration tests: files that name policies, schema and entities, and list
 * requests with the expected decision, determining policies and failing policies.
 *
 * @see <a href="https://github.com/cedar-policy/cedar-integration-tests">cedar-integration-tests</a>
 */
public final class OracleCorpus {
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final Path root;
    private final Consumer<Mismatch> mismatches;
    private int files;
    private int requests;
    private int wrong;

    private OracleCorpus(Path root, Consumer<Mismatch> mismatches) {
        this.root = root;
        this.mismatches = mismatches;
    }

    /**
     * @param files test files that were run
     * @param requests that were decided
     * @param mismatches of these, and files that could not be read
     */
    public record Report(int files, int requests, int mismatches) {}

    /**
     * @param file the test file
     * @param request its description, or empty when the file itself could not be read
     * @param what expected and found, or why it could not be read
     */
    public record Mismatch(Path file, String request, String what) {}

    /**
     * @param root paths in the test files are relative to it
     * @param mismatches told of each as it is found
     * @throws IOException if {@code root} cannot be listed
     */
    public static Report run(Path root, Consumer<Mismatch> mismatches) throws IOException {
        var corpus = new OracleCorpus(root, mismatches);
        for (var file : corpus.testFiles()) {
            corpus.run(file);
        }
        return new Report(corpus.files, corpus.requests, corpus.wrong);
    }

    private List<Path> testFiles() throws IOException {
        var found = new ArrayList<Path>();
        Files.walkFileTree(
                root,
                Set.of(FileVisitOption.FOLLOW_LINKS),
                Integer.MAX_VALUE,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        var name = String.valueOf(file.getFileName());
                        if (name.endsWith(".json") && !name.endsWith("entities.json")) {
                            found.add(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        found.sort(null);
        return found;
    }

    private void run(Path file) throws IOException {
        var test = JSON.readTree(file.toFile());
        if (!test.has("policies") || !test.has("requests")) {
            return; // a schema or something else that is no test
        }
        files++;
        try {
            var world =
                    CedarWorld.of(
                            String.valueOf(text(test, "policies")),
                            text(test, "schema"),
                            JSON.readTree(String.valueOf(text(test, "entities"))),
                            false);
            for (var request : test.path("requests")) {
                requests++;
                run(file, world, request);
            }
        } catch (InvalidPolicyException | IOException e) {
            report(file, "", "cannot be read: " + e.getMessage());
        }
    }

    private void run(Path file, CedarWorld world, JsonNode request) {
        var description = request.path("description").asText();
        try {
            var answer = world.decide(world.request(request));
            var found =
                    said(
                            answer.allowed() ? "allow" : "deny",
                            ids(answer.determining().stream().map(p -> p.id()).toList()),
                            ids(answer.failures().stream().map(f -> f.policy().id()).toList()));
            var expected =
                    said(
                            request.path("decision").asText(),
                            ids(request.path("reason")),
                            ids(request.path("errors")));
            if (!found.equals(expected)) {
                report(file, description, "expected " + expected + ", found " + found);
            }
        } catch (InvalidPolicyException e) {
            report(file, description, "cannot be read: " + e.getMessage());
        }
    }

    private void report(Path file, String request, String what) {
        wrong++;
        mismatches.accept(new Mismatch(root.relativize(file), request, what));
    }

    private @Nullable String text(JsonNode test, String name) throws IOException {
        return test.has(name) ? Files.readString(root.resolve(test.path(name).asText())) : null;
    }

    private static String said(
            String decision, SortedSet<String> reasons, SortedSet<String> errors) {
        return decision + " by " + reasons + ", failed " + errors;
    }

    private static SortedSet<String> ids(Iterable<?> ids) {
        var sorted = new TreeSet<String>();
        for (var id : ids) {
            sorted.add(id instanceof JsonNode json ? json.asText() : String.valueOf(id));
        }
        return sorted;
    }
}
