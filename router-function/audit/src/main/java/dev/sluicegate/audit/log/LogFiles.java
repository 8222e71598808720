package dev.sluicegate.audit.log;

import java.util.Optional;

/** Reads the files of logs. */
@FunctionalInterface
public interface LogFiles {
    /**
     * @param name of the file, with the log's own folder in front
     * @return empty if there is no such file
     */
    Optional<byte[]> read(String name);
}
