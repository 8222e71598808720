package dev.sluicegate.audit;

/** Another record is already durable under this key; nothing was written. */
public final class DuplicateRecordException extends RuntimeException {
    DuplicateRecordException(String pk, String sk) {
        super("a record exists under `" + pk + "` / `" + sk + "`");
    }
}
