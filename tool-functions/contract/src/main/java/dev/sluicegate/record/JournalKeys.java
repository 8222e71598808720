package dev.sluicegate.record;

/**
 * Keys of the audit table. The kind of writer comes first, so that IAM can bind each role to its own
 * keys with {@code dynamodb:LeadingKeys}; the tenant comes next.
 */
public final class JournalKeys {
    public static final String PK = "pk";
    public static final String SK = "sk";

    /** Canonical JSON of the record, a string. */
    public static final String RECORD = "r";

    /** {@code sha256:<hex>} of the record's bytes. */
    public static final String SHA = "sha";

    public static final String KIND = "kind";

    /** The envelope of a payload that the record names and that is small enough to be in its item. */
    public static final String PAYLOAD = "p";

    public static final String INTENT = "0#INTENT";
    public static final String DENIED = "0#DENIED";
    public static final String EXEC = "1#EXEC";

    /** The end of a call, of which there is one: OUTCOME, or the ORPHAN that stands for it. */
    public static final String OUTCOME = "2#OUTCOME";

    public static final String HEARTBEAT = "0#HEARTBEAT";

    private JournalKeys() {}

    /** Partition of the router's records of one call. */
    public static String call(String tenant, String callId) {
        return "call#" + tenant + "#" + callId;
    }

    /** Partition of a tool's own claim on one call. */
    public static String exec(String tool, String tenant, String callId) {
        return "exec#" + tool + "#" + tenant + "#" + callId;
    }

    /** Partition of a writer's opening record. */
    public static String writer(String writerId) {
        return "writer#" + writerId;
    }

    /** Partition of records that belong to no call: publications, refusals before identity. */
    public static String control(String tenant, String recordId) {
        return "control#" + tenant + "#" + recordId;
    }
}
