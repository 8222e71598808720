package dev.sluicegate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gate that has looked at too little does not open. */
class PolicyReplayTest {
    @TempDir private Path home = Path.of("");

    @BeforeEach
    void checkout() throws IOException {
        var checkout = Path.of("..").toAbsolutePath().normalize();
        for (var folder : List.of("policies", "tool-functions")) {
            Files.createSymbolicLink(home.resolve(folder), checkout.resolve(folder));
        }
    }

    @Test
    void aReplayOfNothingSaysNothing() throws IOException {
        try (var running = running(page())) {
            assertThat(running.stack()).isNotNull();

            var replay = run();

            assertThat(replay.code()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(replay.err()).contains("nothing was decided again");
            assertThat(run("--accept-incomplete").code()).isZero();
        }
    }

    @Test
    void whatIsNotArchivedYetIsSaidAndAccepted() throws IOException {
        try (var running = running(page().put("archived", false).put("behindSeconds", 12))) {
            assertThat(running.stack()).isNotNull();

            var replay = run();

            assertThat(replay.code()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(replay.err()).contains("not covered: calls of the last 12 s");
        }
    }

    private static ObjectNode page() {
        var page = OutputFormat.JSON.createObjectNode();
        page.put("now", "2026-11-23T10:00:00Z").put("calls", 0).put("uncounted", 0);
        page.putNull("after").putArray("decisions");
        return page;
    }

    private RunningFake running(ObjectNode page) throws IOException {
        var running = new RunningFake(home);
        var published = OutputFormat.JSON.createObjectNode().put("set", "sha256:00");
        var files = published.putObject("files");
        try (var all = Files.list(home.resolve("policies/baseline"))) {
            for (var file : all.toList()) {
                files.put(String.valueOf(file.getFileName()), Files.readString(file));
            }
        }
        var tools = published.putArray("tools");
        for (var tool :
                List.of(
                        "crm-get-customer/src/main/resources/dev/sluicegate/tools/crm/getcustomer",
                        "billing-refund/src/main/resources/dev/sluicegate/tools/billing/refund",
                        "billing-get-invoice/src/main/resources/dev/sluicegate/tools/billing/getinvoice",
                        "mail-send/src/main/resources/dev/sluicegate/tools/mail/send")) {
            tools.add(
                    OutputFormat.JSON.readTree(
                            home.resolve("tool-functions")
                                    .resolve(tool)
                                    .resolve("tool.json")
                                    .toFile()));
        }
        running.stack().inForce(published);
        running.stack().recorded(page);
        return running;
    }

    private record Ran(int code, String err) {}

    private Ran run(String... more) {
        var command =
                new ArrayList<>(
                        List.of(
                                "policy",
                                "replay",
                                "--candidate",
                                home.resolve("policies/baseline").toString()));
        command.addAll(List.of(more));
        var terminal = new Terminal(home);
        var code = terminal.run(command.toArray(String[]::new));
        return new Ran(code, terminal.err());
    }
}
