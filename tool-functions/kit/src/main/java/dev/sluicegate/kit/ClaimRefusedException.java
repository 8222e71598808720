package dev.sluicegate.kit;

/** The execution could not be claimed, so nothing may run. */
final class ClaimRefusedException extends RuntimeException {
    ClaimRefusedException(String message) {
        super(message);
    }
}
