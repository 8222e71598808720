package dev.sluicegate.cli;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Looks at everything a stack needs, and at a running one. */
@Command(
        name = "doctor",
        description = "Check what the stack needs and, if it runs, that it answers.")
final class DoctorCommand implements Callable<Integer> {
    private static final int DEFAULT_PORT = 8080;
    private static final long ENOUGH_BYTES = 500L * 1024 * 1024;

    private final Workspace workspace;
    private final List<Finding> findings = new ArrayList<>();

    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private OutputFormat format = new OutputFormat();

    /** How bad it is: {@code note} is worth knowing, {@code problem} needs doing something. */
    private enum Grade {
        ok,
        note,
        problem
    }

    private record Finding(String what, Grade grade, String says) {}

    DoctorCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        java();
        program("mvn", Grade.problem, "builds need Maven 3.8.7 or newer on the PATH");
        program("node", Grade.problem, "builds need Node 20 or newer on the PATH");
        disk();
        credentials();
        var stack = workspace.find(selection.data(), selection.url());
        if (stack.isPresent()) {
            running(stack.get());
        } else {
            add("stack", Grade.note, "not running");
            port();
        }
        print();
        return findings.stream().anyMatch(finding -> finding.grade() == Grade.problem)
                ? ExitCode.NO
                : ExitCode.OK;
    }

    private void java() {
        var version = Runtime.version();
        add(
                "java",
                version.feature() >= 25 ? Grade.ok : Grade.problem,
                version + " in " + System.getProperty("java.home"));
    }

    private void program(String name, Grade otherwise, String why) {
        for (var folder :
                workspace.environment().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            var candidate = Path.of(folder, name);
            if (!folder.isEmpty() && Files.isExecutable(candidate)) {
                add(name, Grade.ok, candidate.toString());
                return;
            }
        }
        add(name, otherwise, "not found; " + why);
    }

    private void disk() {
        try {
            Files.createDirectories(workspace.runDirectory());
            var free = Files.getFileStore(workspace.runDirectory()).getUsableSpace();
            add(
                    "disk",
                    free < ENOUGH_BYTES ? Grade.problem : Grade.ok,
                    free / (1024 * 1024) + " MB free in " + workspace.runDirectory());
        } catch (IOException e) {
            add("disk", Grade.problem, workspace.runDirectory() + " cannot be written");
        }
    }

    /** The stack brings its own; what is set is for real accounts and stays unused. */
    private void credentials() {
        var set =
                workspace.environment().keySet().stream()
                        .filter(name -> name.startsWith("AWS_"))
                        .sorted()
                        .toList();
        add(
                "aws",
                set.isEmpty() ? Grade.ok : Grade.note,
                set.isEmpty()
                        ? "no AWS variables are set"
                        : "not used by the local stack: " + String.join(", ", set));
    }

    private void port() {
        for (var port : List.of(DEFAULT_PORT, DEFAULT_PORT + 1)) {
            try (var socket =
                    new ServerSocket(
                            port, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
                add("port " + socket.getLocalPort(), Grade.ok, "free");
            } catch (IOException e) {
                add("port " + port, Grade.problem, "taken; use `up --port N`");
            }
        }
    }

    private void running(StackFile stack) {
        add("stack", Grade.ok, "running, pid " + stack.pid());
        var mcp = URI.create(stack.mcp());
        answers("gateway", mcp.resolve("/healthz"));
        answers("metadata", mcp.resolve("/.well-known/oauth-protected-resource/mcp"));
        answers("issuer", URI.create(stack.issuer() + "/.well-known/openid-configuration"));
        try {
            new AdminClient(stack).lastCall();
            add("records", Grade.ok, "readable");
        } catch (CommandFailedException e) {
            add("records", Grade.problem, String.valueOf(e.getMessage()));
        }
    }

    private void answers(String what, URI url) {
        try (var http = HttpClient.newHttpClient()) {
            var status =
                    http.send(
                                    HttpRequest.newBuilder(url)
                                            .timeout(Duration.ofSeconds(5))
                                            .build(),
                                    BodyHandlers.discarding())
                            .statusCode();
            add(what, status == 200 ? Grade.ok : Grade.problem, url + " answers " + status);
        } catch (IOException e) {
            add(what, Grade.problem, url + " does not answer");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            add(what, Grade.problem, "interrupted");
        }
    }

    private void add(String what, Grade grade, String says) {
        findings.add(new Finding(what, grade, says));
    }

    private void print() {
        if (format.json()) {
            var list = OutputFormat.JSON.createArrayNode();
            for (var finding : findings) {
                list.addObject()
                        .put("what", finding.what())
                        .put("grade", finding.grade().name())
                        .put("says", finding.says());
            }
            workspace.out().println(OutputFormat.pretty(list));
            return;
        }
        for (var finding : findings) {
            workspace
                    .out()
                    .printf(
                            "%-8s %-10s %s%n",
                            finding.grade().name(), finding.what(), finding.says());
        }
    }
}
