package dev.sluicegate.cli;

import dev.sluicegate.contract.Product;
import dev.sluicegate.local.idp.TokenOrder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Starts the local stack in this process and keeps it until it is told to stop. */
@Command(
        name = "up",
        description = "Start the local stack on 127.0.0.1: no Docker, no cloud, no account.")
final class UpCommand implements Callable<Integer> {
    /** Log of the stack in the run directory. */
    static final String LOG = "stack.log";

    /** Read by our log configuration. */
    private static final String LOG_PROPERTY = "stack.log";

    private static final String CONSOLE = "console.log";
    private static final String NOTICE_SHOWN = "dynamodb-local-notice";

    private final Workspace workspace;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "of the MCP endpoint (${DEFAULT-VALUE}); the issuer has the next one")
    private int port = 8080;

    @ArgGroup private Storage storage = new Storage();

    static final class Storage {
        @Option(
                names = "--data",
                paramLabel = "DIR",
                description = "where tables, records and keys are kept (localstack/.run/data)")
        private @Nullable Path data;

        @Option(names = "--ephemeral", description = "keep nothing after the stop")
        private boolean ephemeral;
    }

    @Option(
            names = "--policies",
            paramLabel = "DIR",
            description = "policies to publish at the start (the baseline)")
    private @Nullable Path policies;

    @Option(
            names = "--env",
            paramLabel = "dev|prod",
            description = "environment that policies see (${DEFAULT-VALUE})")
    private Environment environment = Environment.dev;

    enum Environment {
        dev,
        prod
    }

    @Option(
            names = "--fixtures",
            description = "add the tools of the MCP conformance suite, for its role only")
    private boolean fixtures;

    @Option(
            names = "--clock",
            paramLabel = "TIME",
            description = "what the stack takes for now at its start, such as 2026-11-23T10:00:00Z")
    private @Nullable Instant clock;

    @Option(
            names = {"-d", "--detach"},
            description = "return when the stack is ready; `down` stops it")
    private boolean detach;

    UpCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (port < 0 || port > 65534) {
            throw new ParameterException(
                    spec.commandLine(), "`" + port + "` is not a port from 0 to 65534");
        }
        if (policies != null && !Files.isDirectory(policies)) {
            throw new ParameterException(spec.commandLine(), "`" + policies + "` is not a folder");
        }
        if (fixtures && environment != Environment.dev) {
            throw new ParameterException(
                    spec.commandLine(),
                    "`--fixtures` is for `--env dev` only: its tools are not for people");
        }
        return detach ? detached() : here();
    }

    private int detached() throws IOException, InterruptedException {
        var arguments = new ArrayList<String>();
        for (var argument : spec.commandLine().getParseResult().originalArgs()) {
            if (!argument.equals("-d") && !argument.equals("--detach")) {
                arguments.add(argument);
            }
        }
        Files.createDirectories(workspace.runDirectory());
        var console = workspace.runDirectory().resolve(CONSOLE);
        return new DetachedStack(workspace, console).start(arguments);
    }

    private int here() throws IOException, InterruptedException {
        refuseTakenPort();
        Files.createDirectories(workspace.runDirectory());
        // before anything loads a logger
        var log = openLog();
        var folder =
                storage.ephemeral
                        ? DataFolder.ephemeral(workspace.runDirectory())
                        : DataFolder.open(
                                storage.data == null
                                        ? workspace.defaultData()
                                        : storage.data.toAbsolutePath().normalize());
        var stop = new CountDownLatch(1);
        var running = new Running(folder);
        var hook =
                new Thread(
                        () -> {
                            running.close();
                            workspace.out().println("stopped");
                            workspace.out().flush();
                            // a signal is how people stop it: nothing went wrong
                            Runtime.getRuntime().halt(ExitCode.OK);
                        },
                        "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            running.start(log, stop::countDown);
            stop.await();
        } finally {
            running.close();
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // the signal came first; its hook ends the process
                Thread.currentThread().join();
            }
        }
        workspace.out().println("stopped");
        return ExitCode.OK;
    }

    private void refuseTakenPort() {
        if (port == 0) {
            return;
        }
        try {
            new ServerSocket(port, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1})).close();
        } catch (IOException e) {
            var other = StackFile.read(workspace.stackFile(port)).filter(StackFile::alive);
            throw new CommandFailedException(
                    ExitCode.UNREACHABLE,
                    "port "
                            + port
                            + " is taken by "
                            + other.map(stack ->
                                            "the stack with pid "
                                                    + stack.pid()
                                                    + "; `"
                                                    + RootCommand.LAUNCHER
                                                    + " down` stops it")
                                    .orElse("another program; choose another with --port"),
                    e);
        }
    }

    private Path openLog() throws IOException {
        var log = workspace.runDirectory().resolve(LOG);
        if (workspace.find(null, null).isPresent()) {
            log =
                    workspace
                            .runDirectory()
                            .resolve("stack-" + ProcessHandle.current().pid() + ".log");
        }
        PrivateFile.create(log);
        System.setProperty(LOG_PROPERTY, log.toString());
        if (System.getProperty("log4j2.configurationFile") == null) {
            System.setProperty("log4j2.configurationFile", "classpath:log4j2-local.xml");
        }
        return log;
    }

    private Clock now() {
        var system = Clock.systemUTC();
        return clock == null
                ? system
                : Clock.offset(system, Duration.between(system.instant(), clock));
    }

    /** What has been started so far, so that it can be stopped from wherever the end comes. */
    private final class Running implements AutoCloseable {
        private final DataFolder folder;
        private final AtomicBoolean closed = new AtomicBoolean();
        private final List<Path> announced = new ArrayList<>();
        private @Nullable RunningStack stack;
        private @Nullable AdminEndpoint admin;

        Running(DataFolder folder) {
            this.folder = folder;
        }

        void start(Path log, Runnable stop) throws IOException {
            var begun = System.nanoTime();
            workspace.out().println(Product.NAME + " " + Product.VERSION);
            var stages = new Stages(workspace.out());
            var started =
                    workspace
                            .factory()
                            .start(
                                    new StackFactory.Options(
                                            workspace.home(),
                                            port,
                                            port == 0 ? 0 : port + 1,
                                            folder.path(),
                                            folder.isEphemeral(),
                                            Optional.ofNullable(policies)
                                                    .map(dir -> dir.toAbsolutePath().normalize()),
                                            environment.name(),
                                            fixtures,
                                            now()),
                                    stages);
            stages.done();
            var endpoint = new AdminEndpoint(started, stop);
            synchronized (this) {
                stack = started;
                admin = endpoint;
                announce(started, endpoint, log);
            }
            if (closed.get()) {
                closeParts();
                return;
            }
            introduce(started, Duration.ofNanos(System.nanoTime() - begun));
        }

        private void announce(RunningStack started, AdminEndpoint endpoint, Path log)
                throws IOException {
            var key = started.operatorKey();
            var self = ProcessHandle.current();
            var file =
                    new StackFile(
                            started.mcp().getPort(),
                            self.pid(),
                            StackFile.startedAt(self),
                            started.mcp().toString(),
                            started.issuer(),
                            started.awsEndpoint().toString(),
                            key.accessKeyId(),
                            key.secretAccessKey(),
                            endpoint.url(),
                            endpoint.secret(),
                            folder.isEphemeral() ? null : folder.path().toString(),
                            environment.name(),
                            log.toString());
            var places =
                    workspace.announcements(
                            file.port(), folder.isEphemeral() ? null : folder.path());
            for (var place : places) {
                // the first stack keeps the common name
                if (StackFile.read(place).filter(StackFile::alive).isEmpty()) {
                    announced.add(place);
                    file.write(place);
                }
            }
        }

        private void introduce(RunningStack started, Duration time) throws IOException {
            var out = workspace.out();
            notice();
            var token = started.token(TokenOrder.of("ada"));
            out.println();
            out.println("issuer     " + started.issuer());
            out.println("aws        " + started.awsEndpoint());
            out.println(
                    "data       "
                            + (folder.isEphemeral() ? "kept nowhere" : folder.path().toString()));
            out.println(
                    "token      for ada, 8 hours; others with `"
                            + RootCommand.LAUNCHER
                            + " token --user NAME`");
            out.println(token);
            out.println();
            out.print(ClientConfigurations.text(started.mcp().toString(), token));
            out.println();
            out.printf("started in %.1f s; Ctrl-C stops it%n", time.toMillis() / 1000.0);
            out.println(Product.NAME + " ready mcp=" + started.mcp());
            out.flush();
        }

        /** Amazon's licence asks for it once; a note in the run directory remembers. */
        private void notice() throws IOException {
            var shown = workspace.runDirectory().resolve(NOTICE_SHOWN);
            if (Files.exists(shown)) {
                return;
            }
            Files.createFile(shown);
            workspace
                    .out()
                    .println(
                            """

                            The tables are kept by Amazon DynamoDB Local, resolved from Maven Central by your build.
                            It has Amazon's own licence (LICENSE.txt in its jar): for development and test only.\
                            """);
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                closeParts();
            }
        }

        private synchronized void closeParts() {
            for (var place : announced) {
                try {
                    Files.deleteIfExists(place);
                } catch (IOException e) {
                    workspace.err().println("`" + place + "` could not be deleted");
                }
            }
            announced.clear();
            if (admin != null) {
                admin.close();
                admin = null;
            }
            if (stack != null) {
                stack.close();
                stack = null;
            }
            folder.close();
        }
    }
}
