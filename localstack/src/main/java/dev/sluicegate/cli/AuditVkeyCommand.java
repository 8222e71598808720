package dev.sluicegate.cli;

import dev.sluicegate.audit.log.NoteKey;
import dev.sluicegate.contract.Product;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.services.kms.KmsClient;

/** What whoever verifies has to be given once, on a way that the archive's owner cannot change later. */
@Command(
        name = "vkey",
        description = {
            "Print the key that verifies the audit log: of the running stack, or of a stage.",
            "It is the same for the logs of all years."
        })
final class AuditVkeyCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private AuditSource source = new AuditSource();
    @Mixin private OutputFormat format = new OutputFormat();

    @Option(
            names = "--stage",
            paramLabel = "STAGE",
            description = "a deployed stage, with the credentials and region of the environment")
    private @Nullable String stage;

    AuditVkeyCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        var key = stage == null ? source.stackKey(workspace) : deployed(stage);
        if (format.json()) {
            workspace
                    .out()
                    .println(
                            OutputFormat.pretty(
                                    OutputFormat.JSON
                                            .createObjectNode()
                                            .put("vkey", key.text())
                                            .put("origin", key.name())));
        } else {
            workspace.out().println(key.text());
        }
        return ExitCode.OK;
    }

    private static NoteKey deployed(String stage) {
        try (var kms = KmsClient.builder().httpClientBuilder(AwsCrtHttpClient.builder()).build()) {
            return AuditSource.key(kms, stage, "alias/" + Product.resource(stage, "checkpoint"));
        }
    }
}
