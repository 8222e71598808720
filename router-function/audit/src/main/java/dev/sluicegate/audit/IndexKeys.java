package dev.sluicegate.audit;

/** Keys and attributes of the index table. */
final class IndexKeys {
    static final String LOG = "log";
    static final String INDEX = "index";
    static final String CHECKPOINT = "checkpoint";

    private IndexKeys() {}

    static String call(String tenant, String callId) {
        return "call#" + tenant + "#" + callId;
    }

    /** Partition of a tenant's calls; sort keys are call ids, which sort by time. */
    static String recent(String tenant) {
        return "recent#" + tenant;
    }
}
