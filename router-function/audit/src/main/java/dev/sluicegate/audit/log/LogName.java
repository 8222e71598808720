package dev.sluicegate.audit.log;

/**
 * What the logs of a stage are called: one for each year, so that a year can expire as a whole.
 *
 * @param family {@code <stack>/audit}; the origin of a log is {@code <family>/<year>}
 */
public record LogName(String family) {
    /** Folder of all logs. */
    public static final String FOLDER = "tlog/";

    public LogName {
        if (!family.matches("[A-Za-z0-9./_-]+")) {
            throw new IllegalArgumentException("`" + family + "` is no name of a log");
        }
    }

    public String origin(int shard) {
        return family + "/" + shard;
    }

    /** Folder of a log's files, with a slash at its end. */
    public static String folder(int shard) {
        return FOLDER + shard + "/";
    }
}
