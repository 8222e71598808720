package dev.sluicegate.local.aws;

/**
 * What IAM would say to one action, and why.
 *
 * @param principal ARN of who asked
 * @param reason the statement that decided, or what was missing; names keys of conditions, never their values
 */
public record AccessDecision(
        boolean allowed, String principal, String action, String resource, String reason) {

    /** The decision on one line, as it is logged: control characters (of an object's key, say) become {@code ?}. */
    public String line() {
        return text().replaceAll("\\p{Cntrl}", "?");
    }

    private String text() {
        return (allowed ? "allowed " : "denied ")
                + action
                + " on "
                + resource
                + " to "
                + principal
                + ": "
                + reason;
    }
}
