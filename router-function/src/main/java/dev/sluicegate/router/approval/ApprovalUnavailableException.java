package dev.sluicegate.router.approval;

/** Approval cannot be asked for, so the call stays refused. */
public final class ApprovalUnavailableException extends RuntimeException {
    public ApprovalUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
