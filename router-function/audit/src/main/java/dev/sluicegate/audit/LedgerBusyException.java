package dev.sluicegate.audit;

/** Others kept claiming the same events; a later delivery finds them claimed. */
final class LedgerBusyException extends RuntimeException {
    LedgerBusyException() {
        super("events are being claimed by another archiver");
    }
}
