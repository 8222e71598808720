package dev.sluicegate.router.enforcement;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The order of stages is a type: code outside this package cannot make one. The compiler says so. */
class StagesCannotBeForgedTest {
    @Test
    void otherPackagesMayReadAStage() {
        assertThat(
                        compile(
                                """
                                String read(dev.sluicegate.router.enforcement.RecordedCall call) {
                                    return call.intentSha();
                                }
                                """))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Authorized", "Recorded", "Released"})
    void otherPackagesCannotNameTheRecordBehindAStage(String stage) {
        assertThat(compile("Object forge = dev.sluicegate.router.enforcement." + stage + ".class;"))
                .contains("not public in dev.sluicegate.router.enforcement");
    }

    @ParameterizedTest
    @ValueSource(strings = {"AuthorizedCall", "RecordedCall", "ReleasedResult"})
    void otherPackagesCannotImplementAStage(String stage) {
        assertThat(
                        compile(
                                "abstract static class Forged implements"
                                        + " dev.sluicegate.router.enforcement."
                                        + stage
                                        + " {}"))
                .contains("class is not allowed to extend sealed class");
    }

    @Test
    void aToolCannotBeInvokedWithACallThatWasOnlyAuthorized() {
        assertThat(
                        compile(
                                """
                                Object skip(
                                        dev.sluicegate.router.enforcement.ToolInvoker tools,
                                        dev.sluicegate.router.enforcement.AuthorizedCall call) {
                                    return tools.invoke(call);
                                }
                                """))
                .contains("incompatible types");
    }

    /** Compiles a class outside the package with {@code member} in it; what the compiler says against it. */
    private static String compile(String member) {
        var source = "package elsewhere; class Attacker {\n" + member + "\n}";
        var file =
                new SimpleJavaFileObject(
                        URI.create("string:///elsewhere/Attacker.java"),
                        JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        var diagnostics = new DiagnosticCollector<JavaFileObject>();
        var options =
                List.of(
                        "-classpath",
                        System.getProperty("java.class.path", ""),
                        "-proc:none",
                        "--release",
                        "25",
                        "-d",
                        System.getProperty("java.io.tmpdir", "/tmp"));
        ToolProvider.getSystemJavaCompiler()
                .getTask(new StringWriter(), null, diagnostics, options, null, List.of(file))
                .call();
        return diagnostics.getDiagnostics().stream()
                .filter(d -> d.getKind() == javax.tools.Diagnostic.Kind.ERROR)
                .map(d -> d.getMessage(Locale.ROOT))
                .collect(Collectors.joining("\n"));
    }
}
