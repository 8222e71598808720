package dev.sluicegate.audit.payload;

/** What came of opening a payload. A new answer breaks every switch that forgot it. */
public sealed interface Opened {
    /** As it was sealed, for this record and no other. */
    record Content(byte[] bytes) implements Opened {
        @Override
        public String toString() {
            return "Content[" + bytes.length + " bytes]"; // contents are not for logs
        }
    }

    /** The record names no payload. */
    record NotStored() implements Opened {}

    /** The data key is gone, and with it the content for good. */
    record Erased(String key) implements Opened {}

    /** The record names an envelope that is not there. */
    record Missing(String where) implements Opened {}

    /** What is there is not what was stored for this record. */
    record Tampered(String why) implements Opened {}
}
