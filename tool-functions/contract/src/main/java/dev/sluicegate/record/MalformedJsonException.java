package dev.sluicegate.record;

/** Bytes that are not one JSON value. The message never holds any of them. */
public final class MalformedJsonException extends RuntimeException {
    public MalformedJsonException(String message) {
        super(message);
    }
}
