package dev.sluicegate.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official corpus of Cedar, where it is at hand: {@code shared/data} beside the checkout or above it. */
class OracleCorpusTest {
    @Test
    void everyHandwrittenRequestIsDecidedAsTheOfficialEngineDoes() throws IOException {
        var mismatches = new ArrayList<OracleCorpus.Mismatch>();

        var report = OracleCorpus.run(data(), mismatches::add);

        assertThat(mismatches).isEmpty();
        assertThat(report.requests()).isGreaterThan(50);
    }

    @Test
    void everyGeneratedRequestIsDecidedAsTheOfficialEngineDoes(@TempDir Path folder)
            throws IOException {
        unpack(data().resolve("corpus-tests.tar.gz"), folder);
        var mismatches = new ArrayList<OracleCorpus.Mismatch>();

        var report = OracleCorpus.run(folder, mismatches::add);

        assertThat(mismatches).isEmpty();
        assertThat(report.files()).isGreaterThan(3_000);
        assertThat(report.requests()).isGreaterThan(30_000);
    }

    @Test
    void anExpectationThatIsWrongIsReportedWithWhatWasFound(@TempDir Path folder)
            throws IOException {
        write(folder, "{\"decision\": \"deny\", \"reason\": [], \"errors\": [\"policy1\"]}");
        var mismatches = new ArrayList<OracleCorpus.Mismatch>();

        var report = OracleCorpus.run(folder, mismatches::add);

        assertThat(report).isEqualTo(new OracleCorpus.Report(1, 1, 1));
        assertThat(mismatches.getFirst().what())
                .isEqualTo(
                        "expected deny by [], failed [policy1], found allow by [policy0], failed"
                                + " [policy1]");
    }

    @Test
    void charactersThatTheOfficialParserGarblesAreDecidedToo(@TempDir Path folder)
            throws IOException {
        write(
                folder,
                "{\"decision\": \"allow\", \"reason\": [\"policy0\"], \"errors\": [\"policy1\"]}");

        assertThat(OracleCorpus.run(folder, m -> {})).isEqualTo(new OracleCorpus.Report(1, 1, 0));
    }

    private static void write(Path folder, String expected) throws IOException {
        Files.writeString(
                folder.resolve("p.cedar"),
                "permit (principal == U::\"\ud83e\uddc0\", action, resource);\n"
                        + "permit (principal, action, resource) when { context.x };");
        Files.writeString(folder.resolve("e.entities.json"), "[]");
        var json = new JsonMapper();
        var request = (ObjectNode) json.readTree(expected);
        request.put("description", "one");
        for (var variable : new String[] {"principal", "action", "resource"}) {
            request.putObject(variable).put("type", "U").put("id", "\ud83e\uddc0");
        }
        request.putObject("context");
        var test = json.createObjectNode().put("policies", "p.cedar");
        test.put("entities", "e.entities.json");
        test.putArray("requests").add(request);
        Files.writeString(folder.resolve("t.json"), test.toString());
    }

    private static Path data() {
        for (var at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            var data = at.resolve("shared").resolve("data").resolve("cedar-integration-tests");
            if (Files.isDirectory(data)) {
                return data;
            }
        }
        System.err.println(
                "SKIPPED: the official corpus of Cedar is not in shared/data/cedar-integration-tests;"
                        + " the evaluator is not compared with it");
        return abort("no shared/data/cedar-integration-tests");
    }

    /** Plain tar: a header of 512 bytes a file, its content padded to as many. */
    private static void unpack(Path archive, Path folder) throws IOException {
        try (var in = new DataInputStream(new GZIPInputStream(Files.newInputStream(archive)))) {
            var header = new byte[512];
            while (true) {
                in.readFully(header);
                var name = text(header, 0, 100);
                if (name.isEmpty()) {
                    return;
                }
                var size = Integer.parseInt(text(header, 124, 12).strip(), 8);
                var content = new byte[size];
                in.readFully(content);
                in.skipNBytes((512 - size % 512) % 512);
                var file = folder.resolve(name).normalize();
                if (header[156] == '0' && file.startsWith(folder)) {
                    Files.createDirectories(file.resolveSibling("."));
                    Files.write(file, content);
                }
            }
        }
    }

    private static String text(byte[] header, int from, int length) {
        var end = from;
        while (end < from + length && header[end] != 0) {
            end++;
        }
        return new String(header, from, end - from, StandardCharsets.US_ASCII);
    }
}
