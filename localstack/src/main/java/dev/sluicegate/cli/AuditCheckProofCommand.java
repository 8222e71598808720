package dev.sluicegate.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluicegate.audit.verify.CallProof;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Needs no stack, no account and no network. */
@Command(
        name = "check-proof",
        description = {
            "Check a proof that `audit prove` made, offline.",
            "Exit codes: 0 proven, 2 it shows nothing of the kind."
        })
final class AuditCheckProofCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private OutputFormat format = new OutputFormat();

    @Parameters(paramLabel = "FILE", description = "the proof")
    private Path file = Path.of("");

    @Option(
            names = "--vkey",
            paramLabel = "KEY",
            required = true,
            description = "the key that is trusted, or a file with it")
    private String vkey = "";

    AuditCheckProofCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() throws IOException {
        var key = AuditSource.trusted(vkey);
        if (!Files.isRegularFile(file)) {
            throw new CommandFailedException(
                    ExitCode.UNREACHABLE, "there is no file `" + file + "`");
        }
        try {
            print(CallProof.check(Files.readAllBytes(file), key));
            return ExitCode.OK;
        } catch (CallProof.NotProvenException e) {
            throw new CommandFailedException(ExitCode.TAMPERED, "not proven: " + e.getMessage(), e);
        }
    }

    private void print(CallProof.Proven proven) throws JsonProcessingException {
        if (format.json()) {
            var json = OutputFormat.JSON.createObjectNode();
            json.put("call", proven.call());
            json.put("log", proven.origin()).put("size", proven.size());
            var records = json.putArray("records");
            for (var record : proven.records()) {
                records.add(OutputFormat.JSON.readTree(record));
            }
            workspace.out().println(OutputFormat.pretty(json));
            return;
        }
        workspace
                .out()
                .println(
                        "proven: call "
                                + proven.call()
                                + " has "
                                + proven.records().size()
                                + " records in "
                                + proven.origin()
                                + " at size "
                                + proven.size());
        for (var record : proven.records()) {
            var json = OutputFormat.JSON.readTree(record);
            workspace
                    .out()
                    .println(
                            "  "
                                    + json.path("kind").asText()
                                    + " "
                                    + json.path("ts").asText()
                                    + " "
                                    + json.path("tool").path("name").asText());
        }
    }
}
