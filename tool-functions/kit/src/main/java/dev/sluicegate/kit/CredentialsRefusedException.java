package dev.sluicegate.kit;

/** No credentials for this caller, so nothing may run. The message holds no part of a token. */
final class CredentialsRefusedException extends RuntimeException {
    CredentialsRefusedException(String message) {
        super(message);
    }
}
