package dev.sluicegate.router.enforcement;

/** Proof that the intent to make this call is durable. Tools are invoked with nothing less. */
public sealed interface RecordedCall permits Recorded {
    AuthorizedCall authorized();

    /** Id of the INTENT record. */
    String intentId();

    /** {@code sha256:<hex>} of the INTENT record. */
    String intentSha();
}
