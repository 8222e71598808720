package dev.sluicegate.audit.payload;

import java.util.Map;

/**
 * A key of one tenant, one day and one instance that seals data keys, so that KMS is asked once a day and not
 * once a call.
 *
 * @param day {@code yyyy-MM-dd}, UTC
 * @param sealed by KMS, under {@link #context}
 */
record BranchKey(String day, AeadKey key, byte[] sealed) {
    /** KMS opens it in this context only, and a key policy or grant can ask for its parts. */
    static Map<String, String> context(String tenant, String day) {
        return Map.of("purpose", "audit-payload", "tenant", tenant, "day", day);
    }

    @Override
    public String toString() {
        return "BranchKey[" + day + "]";
    }
}
