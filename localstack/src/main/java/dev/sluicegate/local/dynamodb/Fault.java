package dev.sluicegate.local.dynamodb;

/** What happens to a request instead of reaching the database. */
public enum Fault {
    /** As if the table did not exist: {@code ResourceNotFoundException}. */
    GONE,
    /** HTTP 500 {@code InternalServerError}; SDK clients retry it. */
    INTERNAL_ERROR,
    /** HTTP 400 {@code ThrottlingException}; SDK clients retry it. */
    THROTTLED,
    /** No answer until healed or closed. */
    HANG
}
