package dev.sluicegate.router.enforcement;

import java.util.Locale;

/** The codes of refused or failed calls in {@code structuredContent.code}. */
public enum RefusalCode {
    INVALID_ARGUMENTS,
    DENIED,
    APPROVAL_REQUIRED,
    APPROVAL_PENDING,
    APPROVAL_DENIED,
    STEP_UP_REQUIRED,
    RATE_LIMITED,
    QUOTA_EXCEEDED,
    SCREENING_BLOCKED,
    TOOL_QUARANTINED,
    TOOL_FAILED,
    TOOL_TIMEOUT,
    RESULT_TOO_LARGE,
    AUDIT_UNAVAILABLE,
    POLICY_UNAVAILABLE,
    FROZEN,
    EXECUTED_UNRECORDED;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
