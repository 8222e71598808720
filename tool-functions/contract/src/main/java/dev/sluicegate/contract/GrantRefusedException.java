package dev.sluicegate.contract;

/** A call grant that a tool must not honour. The message never holds any part of the grant. */
public final class GrantRefusedException extends RuntimeException {
    public GrantRefusedException(String message) {
        super(message);
    }
}
