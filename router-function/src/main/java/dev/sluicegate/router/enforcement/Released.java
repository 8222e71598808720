package dev.sluicegate.router.enforcement;

record Released(RecordedCall call, Outcome.ScreenedResult result) implements ReleasedResult {}
