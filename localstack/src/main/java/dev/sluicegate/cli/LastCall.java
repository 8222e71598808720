package dev.sluicegate.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** The call this checkout made last: the archive learns of a call a moment after its caller does. */
final class LastCall {
    private LastCall() {}

    static void keep(Workspace workspace, String callId) {
        try {
            PrivateFile.write(file(workspace), callId);
        } catch (IOException e) {
            workspace.err().println("the call id could not be kept for trace --last");
        }
    }

    static Optional<String> read(Workspace workspace) {
        try {
            return Optional.of(Files.readString(file(workspace)).strip());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new CommandFailedException(
                    ExitCode.UNREACHABLE, "the last call's id cannot be read", e);
        }
    }

    private static Path file(Workspace workspace) {
        return workspace.runDirectory().resolve("last-call");
    }
}
