package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The story of one call, from its records. */
@Command(name = "trace", description = "Tell what happened to a call, from its audit records.")
final class TraceCommand implements Callable<Integer> {
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Workspace workspace;

    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private OutputFormat format = new OutputFormat();

    @ArgGroup(multiplicity = "1")
    private Which which = new Which();

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "how long to wait until the call is archived (5s)")
    private Duration wait = Duration.ofSeconds(5);

    static final class Which {
        @Parameters(paramLabel = "CALL_ID", description = "as in _meta of the answer")
        private @Nullable String callId;

        @Option(names = "--last", description = "the youngest call")
        private boolean last;
    }

    TraceCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    /** The command line that explains a call. */
    static String line(String callId) {
        return RootCommand.LAUNCHER + " trace " + callId;
    }

    @Override
    public Integer call() throws InterruptedException {
        var admin = selection.admin(workspace);
        var callId = which.last || which.callId == null ? last(admin) : which.callId;
        if (!callId.matches("[0-9A-Za-z]{1,64}")) {
            throw new CommandFailedException(ExitCode.USAGE, "`" + callId + "` is not a call id");
        }
        var trace =
                archived(admin, callId, wait)
                        .orElseThrow(() ->
                                new CommandFailedException(
                                        ExitCode.NO,
                                        "no record of call `"
                                                + callId
                                                + "`: refusals of nobody, and those beyond 120 a"
                                                + " minute of one caller, are only counted"));
        workspace
                .out()
                .print(
                        format.json()
                                ? OutputFormat.pretty(trace) + "\n"
                                : CallStory.of(trace, admin.stack().issuer()));
        return ExitCode.OK;
    }

    private String last(AdminClient admin) {
        // ids sort by time
        return Stream.of(
                        admin.lastCall(),
                        LastCall.read(workspace).filter(id -> admin.trace(id).isPresent()))
                .flatMap(Optional::stream)
                .max(Comparator.naturalOrder())
                .orElseThrow(
                        () -> new CommandFailedException(ExitCode.NO, "no call is recorded yet"));
    }

    /** The trace with its place in the archive, or without it when the time is over. */
    static Optional<ObjectNode> archived(AdminClient admin, String callId, Duration patience)
            throws InterruptedException {
        var deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            var trace = admin.trace(callId);
            if (trace.isEmpty() || complete(trace.get()) || System.nanoTime() > deadline) {
                return trace;
            }
            Thread.sleep(PAUSE);
        }
    }

    private static boolean complete(ObjectNode trace) {
        return trace.path("archive").isObject()
                && (trace.path("outcome").isObject() || trace.path("intentAt").isNull());
    }
}
