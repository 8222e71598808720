package dev.sluicegate.cli;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code stack.json}: how the commands find a running stack.
 *
 * @param startedAtMillis when the process started, so that a number that was given to another process
 *     since is not taken for the stack
 * @param admin loopback URL of {@link AdminEndpoint}
 * @param adminSecret bearer secret of {@code admin}
 * @param dataDir absolute, or null when the stack keeps nothing
 * @param log where its log lines go
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
record StackFile(
        int port,
        long pid,
        long startedAtMillis,
        String mcp,
        String issuer,
        String awsEndpoint,
        String operatorAccessKeyId,
        String operatorSecretAccessKey,
        String admin,
        String adminSecret,
        @Nullable String dataDir,
        String environment,
        String log) {
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    /** Empty if there is none, or it was written by something else. */
    static Optional<StackFile> read(Path file) {
        try {
            return Optional.of(JSON.readValue(Files.readString(file), StackFile.class));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new CommandFailedException(
                    ExitCode.UNREACHABLE, "`" + file + "` cannot be read; delete it", e);
        }
    }

    void write(Path file) throws IOException {
        PrivateFile.write(
                file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n");
    }

    /** Whether the process that wrote this still runs. */
    boolean alive() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(process -> startedAtMillis == startedAt(process))
                .isPresent();
    }

    /** Start of a process in milliseconds, 0 if the system does not tell. */
    static long startedAt(ProcessHandle process) {
        return process.info().startInstant().map(start -> start.toEpochMilli()).orElse(0L);
    }

    @Override
    public String toString() {
        return "StackFile[" + mcp + ", pid " + pid + "]";
    }
}
