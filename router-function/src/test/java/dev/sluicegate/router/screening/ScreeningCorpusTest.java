package dev.sluicegate.router.screening;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluicegate.record.KeyedDigest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/**
 * Recall and false positives on labelled data that is not part of the repository: the folder that the
 * environment variable {@code SCREENING_DATA} names, or {@code shared/data} beside or above it.
 */
class ScreeningCorpusTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Rules of the labelled secrets that these detectors are meant for. */
    private static final Pattern COVERED =
            Pattern.compile(
                    "aws-access-token|np\\.pem\\..*|kingfisher\\.privkey\\..*|private-key"
                            + "|age-secret-key|curl-auth-header|jwt|np\\.jwt\\.1|kingfisher\\.jwt\\..*");

    private final Screening screening = new Screening(KeyedDigest.ofSecret("test"));

    @Test
    void secretsOfTheCoveredKindsAreFoundAndHardNegativesAreNot() throws IOException {
        var found = 0;
        var covered = 0;
        var alarms = new ArrayList<String>();
        var negatives = 0;
        var missed = new ArrayList<String>();
        for (var line : lines("secrets-dev.jsonl.gz")) {
            var types = types(line.path("text").asText());
            if (line.path("label").asBoolean()) {
                if (COVERED.matcher(line.path("rule").asText()).matches()
                        && !line.path("source").asText().startsWith("encoded:")) {
                    covered++;
                    found += types.isEmpty() ? 0 : 1;
                    if (types.isEmpty()) {
                        missed.add(line.path("id").asText());
                    }
                }
            } else if (line.path("source").asText().startsWith("own")) {
                negatives++;
                if (!types.isEmpty()) {
                    alarms.add(line.path("id").asText() + types);
                }
            }
        }

        System.out.printf(
                "secrets: %d of %d covered found, missed %s; %d of %d hard negatives flagged %s%n",
                found, covered, missed, alarms.size(), negatives, alarms);
        assertThat(alarms).isEmpty();
        assertThat(found).isGreaterThanOrEqualTo(covered * 95 / 100);
    }

    @Test
    void cardNumbersAndIbansAreFoundAndHardNegativesAreNot() throws IOException {
        var found = 0;
        var covered = 0;
        var missed = new ArrayList<String>();
        var alarms = new ArrayList<String>();
        var negatives = 0;
        for (var line : lines("pii-dev.jsonl.gz")) {
            var types = types(line.path("text").asText());
            var wanted =
                    switch (line.path("type").asText()) {
                        case "CREDIT_CARD" -> "card_number";
                        case "IBAN" -> "iban";
                        default -> "";
                    };
            if (line.path("label").asBoolean()) {
                if (!wanted.isEmpty()) {
                    covered++;
                    found += types.contains(wanted) ? 1 : 0;
                    if (!types.contains(wanted)) {
                        missed.add(line.path("id").asText());
                    }
                }
            } else {
                negatives++;
                if (!types.isEmpty()) {
                    alarms.add(line.path("id").asText() + types);
                }
            }
        }

        System.out.printf(
                "cards and IBANs: %d of %d found, missed %s; %d of %d negatives flagged %s%n",
                found, covered, missed, alarms.size(), negatives, alarms);
        assertThat(found).isGreaterThanOrEqualTo(covered * 97 / 100);
        assertThat(alarms).hasSizeLessThanOrEqualTo(negatives / 100);
    }

    /** What is found in {@code text} as JSON when it is JSON, as one string when it is not. */
    private Set<String> types(String text) {
        JsonNode node;
        try {
            node = JSON.readTree(text);
        } catch (IOException e) {
            node = null;
        }
        if (node == null || !node.isContainerNode()) {
            node = JsonNodeFactory.instance.objectNode().put("text", text);
        }
        var types =
                screening.screenResult(Manifests.reading(), node, null, null).findings().stream()
                        .map(Finding::type)
                        .filter(type -> !type.endsWith("_characters"))
                        .toList();
        return Set.copyOf(types);
    }

    private static List<JsonNode> lines(String file) throws IOException {
        var folder = folder();
        if (folder == null || !Files.exists(folder.resolve(file))) {
            System.err.println("SKIPPED: no " + file + "; set SCREENING_DATA to its folder");
            throw new TestAbortedException("no " + file);
        }
        var lines = new ArrayList<JsonNode>();
        try (var in =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(folder.resolve(file))),
                                StandardCharsets.UTF_8))) {
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(JSON.readTree(line));
            }
        }
        return lines;
    }

    private static @Nullable Path folder() {
        var named = System.getenv("SCREENING_DATA");
        if (named != null) {
            return Path.of(named);
        }
        for (var at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve("shared/data"))) {
                return at.resolve("shared/data");
            }
        }
        return null;
    }
}
