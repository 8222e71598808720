package dev.sluicegate.router.enforcement;

/** A screened result whose outcome is durable: the only thing whose bytes may leave. */
public sealed interface ReleasedResult permits Released {
    RecordedCall call();

    Outcome.ScreenedResult result();
}
