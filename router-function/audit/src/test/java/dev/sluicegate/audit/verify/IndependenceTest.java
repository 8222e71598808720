package dev.sluicegate.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** One mistake must not be made twice: what is shared by what writes and what verifies is in this list. */
class IndependenceTest {
    private static final Path SOURCES = Path.of("src/main/java/dev/sluicegate/audit");

    @Test
    void theVerifierSharesTheHashesOfTreeAndRecordAndTheNamesOfKindsAndNothingElse()
            throws IOException {
        assertThat(imports("verify"))
                .containsExactlyInAnyOrder(
                        "dev.sluicegate.audit.log.TreeHash",
                        "dev.sluicegate.record.CanonicalJson",
                        "dev.sluicegate.record.RecordKind");
    }

    @Test
    void theLogDependsOnTheJdkOnly() throws IOException {
        assertThat(imports("log")).isEmpty();
    }

    /** Everything imported that is neither the JDK's, nor JSpecify's, nor the package's own. */
    private static Set<String> imports(String folder) throws IOException {
        var imports = new TreeSet<String>();
        try (var files = Files.walk(SOURCES.resolve(folder))) {
            for (var file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                for (var line : Files.readAllLines(file)) {
                    if (line.startsWith("import ")) {
                        imports.add(line.replaceFirst("import (static )?", "").replace(";", ""));
                    }
                }
            }
        }
        assertThat(imports).isNotEmpty();
        imports.removeIf(name ->
                name.startsWith("java.")
                        || name.startsWith("org.jspecify.")
                        || (folder.equals("verify") && name.startsWith("com.fasterxml.")));
        return imports;
    }
}
