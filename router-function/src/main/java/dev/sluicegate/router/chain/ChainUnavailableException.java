package dev.sluicegate.router.chain;

import org.jspecify.annotations.Nullable;

/** What a chain has touched cannot be read, so nothing can be decided from it. */
public final class ChainUnavailableException extends RuntimeException {
    public ChainUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
