package dev.sluicegate.router.enforcement;

import dev.sluicegate.policy.Decision;
import dev.sluicegate.policy.DecisionRequest;

/** A decision and everything it was made from: what it takes to decide again. */
public record Decided(DecisionRequest request, Decision decision) {}
