package dev.sluicegate.router.identity;

/** An issuer's keys cannot be fetched, or what was fetched is no key set. Holds nothing of the answer. */
final class KeysUnavailableException extends Exception {
    KeysUnavailableException(String message) {
        super(message);
    }
}
