package dev.sluicegate.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToolSourceTest {
    private static final Path MANIFEST =
            Path.of(
                    Synthesized.ROOT,
                    "tool-functions",
                    "pay",
                    "src",
                    "main",
                    "resources",
                    "tool.json");

    @TempDir Path root;

    @Test
    void aFolderWithAManifestIsATool() throws IOException {
        Files.copy(MANIFEST, resources("pay").resolve("tool.json"));
        handler("pay", "dev.example.Pay\n");
        Files.createDirectories(root.resolve("tool-functions").resolve("kit"));

        var tools = ToolSource.scan(root);

        assertThat(tools)
                .singleElement()
                .satisfies(tool -> assertThat(tool.handler()).isEqualTo("dev.example.Pay"))
                .satisfies(tool -> assertThat(tool.manifest().name()).isEqualTo("shop___pay"));
    }

    @Test
    void aToolWithoutAHandlerIsRefused() throws IOException {
        Files.copy(MANIFEST, resources("pay").resolve("tool.json"));

        assertThatThrownBy(() -> ToolSource.scan(root))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("META-INF/handler");
    }

    @Test
    void aBrokenManifestIsRefusedWithItsPath() throws IOException {
        Files.writeString(resources("pay").resolve("tool.json"), "{\"nme\":\"x\"}");
        handler("pay", "dev.example.Pay");

        assertThatThrownBy(() -> ToolSource.scan(root))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tool.json");
    }

    @Test
    void twoToolsWithOneNameAreRefused() throws IOException {
        for (var folder : new String[] {"pay", "pay-again"}) {
            Files.copy(MANIFEST, resources(folder).resolve("tool.json"));
            handler(folder, "dev.example.Pay");
        }

        assertThatThrownBy(() -> ToolSource.scan(root))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shop___pay");
    }

    @Test
    void aModuleWithoutItsZipIsRefusedUnlessTheTemplateGoesWithoutCode() {
        assertThat(Zips.of(root, false)).isNull();
        assertThatThrownBy(() -> Zips.of(root, true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("mvn package");
    }

    @Test
    void theFingerprintChangesWithTheContextAndWithATool() throws IOException {
        Files.copy(MANIFEST, resources("pay").resolve("tool.json"));
        handler("pay", "dev.example.Pay");
        var before = Inputs.fingerprint(Map.of("stage", "dev"), root);

        assertThat(Inputs.fingerprint(Map.of("stage", "dev"), root)).isEqualTo(before);
        assertThat(Inputs.fingerprint(Map.of("stage", "test"), root)).isNotEqualTo(before);
        handler("pay", "dev.example.Other");
        assertThat(Inputs.fingerprint(Map.of("stage", "dev"), root)).isNotEqualTo(before);
    }

    @Test
    void settingsRefuseWhatCannotBeANameOrAConditionKey() {
        assertThatThrownBy(() -> settings("Dev!", "dev", "https://issuer.example"))
                .hasMessageContaining("stage");
        assertThatThrownBy(() -> settings("dev", "staging", "https://issuer.example"))
                .hasMessageContaining("environment");
        assertThatThrownBy(() -> settings("dev", "dev", "http://issuer.example"))
                .hasMessageContaining("stsIssuer");
        assertThatThrownBy(() -> settings("dev", "dev", "https://issuer.example/"))
                .hasMessageContaining("stsIssuer");
    }

    @Test
    void aChoiceForContactDataThatDoesNotExistIsRefused() {
        assertThatThrownBy(() -> settings("dev", "dev", "redact", "https://issuer.example"))
                .hasMessage("contactData `redact` is none of pass, label, remove");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://opa.example.com/v1/data/mcp/allow",
                "http://127.0.0.1:8181/v1/data/mcp/allow",
                "https://user:secret@opa.example.com/v1/data/mcp/allow",
                "https://opa.example.com/v1/data/mcp/allow#x",
                "https:///v1/data/mcp/allow",
                "opa.example.com/v1/data/mcp/allow",
                "not a url"
            })
    void aDecisionServiceThatAnybodyCouldAnswerForIsRefused(String url) {
        assertThatThrownBy(() -> new Settings.DecisionService(url, 500))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("decisionUrl is not an https URL without user and fragment");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 5_001})
    void aDecisionServiceThatMayTakeForeverIsRefused(int timeoutMs) {
        assertThatThrownBy(() ->
                        new Settings.DecisionService(
                                "https://opa.example.com/v1/data/mcp/allow", timeoutMs))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("decisionTimeoutMs `" + timeoutMs + "` is not between 1 and 5000");
    }

    private Settings settings(String stage, String environment, String issuer) {
        return settings(stage, environment, "pass", issuer);
    }

    private Settings settings(String stage, String environment, String contactData, String issuer) {
        return new Settings(
                stage,
                environment,
                "UTC",
                contactData,
                issuer,
                "https://x/mcp",
                "[]",
                "",
                Settings.DecisionService.NONE,
                0,
                root,
                false);
    }

    private Path resources(String folder) throws IOException {
        return Files.createDirectories(
                root.resolve("tool-functions")
                        .resolve(folder)
                        .resolve("src")
                        .resolve("main")
                        .resolve("resources"));
    }

    private void handler(String folder, String name) throws IOException {
        var file = resources(folder).resolve("META-INF").resolve("handler");
        Files.createDirectories(file.getParent());
        Files.writeString(file, name);
    }
}
