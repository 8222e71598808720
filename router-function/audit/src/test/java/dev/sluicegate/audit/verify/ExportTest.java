package dev.sluicegate.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.audit.CallProofs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy of the archive in a folder: whatever happens to any of its files is found, and where. */
class ExportTest {
    private static final Clock NEXT_DAY =
            Clock.fixed(Instant.parse("2026-11-24T10:00:00Z"), ZoneOffset.UTC);

    @TempDir private Path folder;
    private AttackedArchive archive = new AttackedArchive();
    private KnownLogs state = KnownLogs.none();

    @BeforeEach
    void export() throws IOException {
        var world = new World();
        for (var i = 0; i < 130; i++) {
            world.write("w" + i);
        }
        for (var i = 0; i < 3; i++) {
            world.read("c" + i);
        }
        archive = AttackedArchive.of(world, 5, 256, 270, 399);
        var copied = new Export(archive, folder).run();
        assertThat(copied.missing()).isEmpty();
        var report = verify();
        assertThat(report.findings()).isEmpty();
        state = report.known();
    }

    @Test
    void aCopyIsTheArchiveAsItIs() throws IOException {
        assertThat(names()).containsExactlyElementsOf(archive.names());
        for (var name : names()) {
            assertThat(folder.resolve(name)).hasBinaryContent(archive.bytes(name));
        }
    }

    @Test
    void aByteOfAnyFileIsChangedAndItsPlaceIsNamed() throws IOException {
        for (var name : names()) {
            var file = folder.resolve(name);
            var bytes = Files.readAllBytes(file);
            for (var at : Set.of(0, bytes.length / 3, bytes.length / 2, bytes.length - 1)) {
                var changed = bytes.clone();
                changed[at] ^= 0x20;
                Files.write(file, changed);

                assertTampered(Set.of(name), "byte " + at + " of " + name);
            }
            Files.write(file, bytes);
        }
        assertThat(verify().exitCode()).isZero();
    }

    @Test
    void aByteIsAddedToOrCutFromAnyFile() throws IOException {
        for (var name : names()) {
            var file = folder.resolve(name);
            var bytes = Files.readAllBytes(file);
            for (var length : List.of(0, bytes.length - 1, bytes.length + 1)) {
                Files.write(file, Arrays.copyOf(bytes, length));

                assertTampered(Set.of(name), name + " with " + length + " bytes");
            }
            Files.write(file, bytes);
        }
    }

    @Test
    void anyFileIsRemovedAndItsPlaceIsNamed() throws IOException {
        for (var name : names()) {
            var bytes = Files.readAllBytes(folder.resolve(name));
            Files.delete(folder.resolve(name));

            assertTampered(Set.of(name), "without " + name);

            Files.write(folder.resolve(name), bytes);
        }
    }

    @Test
    void anyTwoFilesAreSwappedAndOneOfTheirPlacesIsNamed() throws IOException {
        var names = List.copyOf(names());
        var swapped = 0;
        for (var i = 0; i < names.size(); i++) {
            for (var j = i + 1; j < names.size(); j++) {
                var one = Files.readAllBytes(folder.resolve(names.get(i)));
                var other = Files.readAllBytes(folder.resolve(names.get(j)));
                if (Arrays.equals(one, other)) {
                    continue; // the pointer and what it points to: nothing is changed
                }
                Files.write(folder.resolve(names.get(i)), other);
                Files.write(folder.resolve(names.get(j)), one);

                assertTampered(
                        Set.of(names.get(i), names.get(j)),
                        names.get(i) + " and " + names.get(j) + " swapped");

                Files.write(folder.resolve(names.get(i)), one);
                Files.write(folder.resolve(names.get(j)), other);
                swapped++;
            }
        }
        assertThat(swapped).isGreaterThan(100);
        assertThat(verify().exitCode()).isZero();
    }

    @Test
    void theNewestCheckpointAndThePointerTogetherAreMissedByWhoHasSeenThem() throws IOException {
        Files.delete(folder.resolve("tlog/2026/checkpoint"));
        Files.delete(folder.resolve("tlog/2026/checkpoints/00000000000000000399"));

        assertThat(verify().findings().stream().map(Finding::name))
                .contains("MISSING", "ROLLBACK:state");
    }

    @Test
    void stateIsReadAsItWasWritten() throws IOException {
        var file = folder.resolve("state.json");

        state.write(file);

        assertThat(KnownLogs.in(file)).isEqualTo(state);
        assertThat(KnownLogs.in(folder.resolve("absent"))).isEqualTo(KnownLogs.none());
    }

    @Test
    void aProofOfACallNeedsTheKeyAndNothingElse() throws IOException {
        var proof = proof();
        var bytes = proof.toString().getBytes(StandardCharsets.UTF_8);

        var proven = CallProof.check(bytes, AttackedArchive.TRUSTED);

        assertThat(proven.origin()).isEqualTo("test/audit/2026");
        assertThat(proven.records())
                .hasSize(3)
                .anyMatch(record -> record.contains("\"kind\":\"EXEC\""));
        assertThat(bytes.length).isLessThan(4_000);
    }

    @Test
    void aProofOfWhichAnythingIsChangedShowsNothing() throws IOException {
        var changes =
                List.<Change>of(
                        proof -> proof.put("call", "w78"),
                        proof -> proof.put("checkpoint", proof.get("checkpoint").asText() + "x"),
                        proof ->
                                proof.put(
                                        "checkpoint",
                                        proof.get("checkpoint").asText().replace("399", "400")),
                        proof -> proof.withArray("hashes").remove(2),
                        proof -> proof.withArray("hashes").insert(0, "AAAA"),
                        proof -> ((ObjectNode) proof.at("/records/1")).put("index", 5),
                        proof -> proof.withArray("records").removeAll(),
                        proof -> ((ObjectNode) proof.at("/records/0")).withArray("path").remove(0),
                        proof -> ((ObjectNode) proof.at("/records/0")).withArray("path").add(0),
                        proof -> {
                            var record = (ObjectNode) proof.at("/records/0");
                            record.put(
                                    "record", record.get("record").asText().replace("ada", "bob"));
                        },
                        proof -> proof.put("v", 2));
        for (var i = 0; i < changes.size(); i++) {
            var proof = proof();
            changes.get(i).in(proof);
            var bytes = proof.toString().getBytes(StandardCharsets.UTF_8);

            assertThatThrownBy(() -> CallProof.check(bytes, AttackedArchive.TRUSTED))
                    .as("change " + i)
                    .isInstanceOf(CallProof.NotProvenException.class);
        }
    }

    private interface Change {
        void in(ObjectNode proof);
    }

    /** Of the 78th call that writes: entries 234 to 236. */
    private ObjectNode proof() throws IOException {
        var proof =
                CallProofs.of(
                                name -> archive.read(name).map(ArchiveFiles.Stored::bytes),
                                2026,
                                "w77",
                                List.of(234L, 235L, 236L))
                        .orElseThrow();
        return (ObjectNode) JsonMapper.builder().build().readTree(proof.toString());
    }

    private void assertTampered(Set<String> places, String what) {
        var report = verify();
        assertThat(report.exitCode()).as(what).isEqualTo(Report.TAMPERED);
        assertThat(report.findings().stream().map(Finding::place).collect(Collectors.toSet()))
                .as(what + ": " + report.findings())
                .containsAnyElementsOf(places);
    }

    private Report verify() {
        return new Verifier(AttackedArchive.TRUSTED, Verifier.Rules.ofExport(), NEXT_DAY)
                .verify(new FolderFiles(folder), state, null);
    }

    private Set<String> names() throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
