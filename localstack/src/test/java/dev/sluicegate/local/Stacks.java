package dev.sluicegate.local;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.sluicegate.cli.StackFactory;
import dev.sluicegate.local.idp.TokenOrder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Stacks for tests, and tokens of their people. */
final class Stacks {
    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

    private Stacks() {}

    static LocalStack ephemeral(Clock clock) {
        return start(temporary(), 0, true, "dev", false, clock);
    }

    /** Where policies need a second person. */
    static LocalStack prod(Clock clock) {
        return start(temporary(), 0, true, "prod", false, clock);
    }

    /** With the tools of the conformance suite. */
    static LocalStack withFixtures(Clock clock) {
        return start(temporary(), 0, true, "dev", true, clock);
    }

    /**
     * With issuers beside the development issuer, or instead of it.
     *
     * @param port of the gate, which such issuers have to know
     */
    static LocalStack with(int port, UnaryOperator<ArrayNode> issuers, Clock clock) {
        return LocalStack.start(
                new StackFactory.Options(
                        HOME, port, 0, temporary(), true, Optional.empty(), "dev", false, clock),
                _ -> {},
                null,
                issuers);
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("stack");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @param issuerPort the same for every run on a folder: principals are named after their issuer
     */
    static LocalStack in(Path data, int issuerPort, Clock clock) {
        return start(data, issuerPort, false, "dev", false, clock);
    }

    static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static LocalStack start(
            Path data,
            int issuerPort,
            boolean ephemeral,
            String environment,
            boolean fixtures,
            Clock clock) {
        return LocalStack.start(
                new StackFactory.Options(
                        HOME,
                        0,
                        issuerPort,
                        data,
                        ephemeral,
                        Optional.empty(),
                        environment,
                        fixtures,
                        clock),
                _ -> {});
    }

    static Path home() {
        return HOME;
    }

    static McpClient as(LocalStack stack, String user) {
        return new McpClient(stack.mcp(), stack.token(TokenOrder.of(user)));
    }

    /** A user with other roles, through another client. */
    static McpClient as(LocalStack stack, String user, String client, String... roles) {
        return new McpClient(
                stack.mcp(),
                stack.token(
                        new TokenOrder(
                                user,
                                List.of(roles),
                                client,
                                TokenOrder.ALL_SCOPES,
                                false,
                                Duration.ofHours(1),
                                null)));
    }
}
