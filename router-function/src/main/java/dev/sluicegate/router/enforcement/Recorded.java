package dev.sluicegate.router.enforcement;

record Recorded(AuthorizedCall authorized, String intentId, String intentSha)
        implements RecordedCall {}
