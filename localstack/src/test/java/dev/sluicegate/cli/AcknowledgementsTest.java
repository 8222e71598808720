package dev.sluicegate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcknowledgementsTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final Flips.Flip FLIP =
            new Flips.Flip("c1", "a___b", "p", "permit", "deny", List.of("one", "two"));
    private static final String ENTRY =
            """
            - tool: a___b
              from: permit
              to: deny
              policy: two
              until: 2026-11-24
              why: wanted
              by: petra
            """;

    @TempDir private Path folder = Path.of("");

    @Test
    void anEntryCoversItsToolOutcomesAndPolicyToTheEndOfItsDay() throws IOException {
        var read = read(ENTRY);

        assertThat(read.cover(FLIP, NOW)).isTrue();
        assertThat(read.cover(FLIP, Instant.parse("2026-11-24T23:59:59Z"))).isTrue();
        assertThat(read.cover(FLIP, Instant.parse("2026-11-25T00:00:00Z"))).isFalse();
    }

    @Test
    void anythingElseIsNotCovered() throws IOException {
        for (var other :
                List.of(
                        ENTRY.replace("a___b", "a___c"),
                        ENTRY.replace("from: permit", "from: deny"),
                        ENTRY.replace("to: deny", "to: needs_approval"),
                        ENTRY.replace("policy: two", "policy: three"),
                        ENTRY.replace("2026-11-24", "2026-11-23"),
                        ENTRY.replace("2026-11-24", "2026-11-24T11:59:59Z"),
                        "")) {
            assertThat(read(other).cover(FLIP, NOW)).as(other).isFalse();
        }
        assertThat(read(ENTRY.replace("  policy: two\n", "")).cover(FLIP, NOW)).isTrue();
    }

    @Test
    void aFileThatSaysSomethingElseIsRefused() {
        for (var bad :
                List.of(
                        ENTRY.replace("why:", "because:"),
                        ENTRY.replace("  why: wanted\n", ""),
                        ENTRY.replace("by: petra", "by: ''"),
                        ENTRY.replace("  until: 2026-11-24\n", ""),
                        ENTRY.replace("2026-11-24", "soon"),
                        ENTRY.replace("to: deny", "to: refuse"),
                        ENTRY.replace("tool: a___b", "tool: [a___b]"),
                        ENTRY + "  to: permit\n",
                        ENTRY + "---\n" + ENTRY,
                        "tool: a___b\n",
                        "- just text\n",
                        "- {tool: a___b\n")) {
            assertThatThrownBy(() -> read(bad))
                    .as(bad)
                    .isInstanceOfSatisfying(
                            CommandFailedException.class,
                            e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE));
        }
    }

    private Acknowledgements read(String yaml) throws IOException {
        var file = folder.resolve("flips.yaml");
        Files.writeString(file, yaml);
        return Acknowledgements.read(file);
    }
}
