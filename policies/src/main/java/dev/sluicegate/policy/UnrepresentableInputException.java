package dev.sluicegate.policy;

/**
 * Arguments that policy cannot look at exactly as they are, so the call is refused before anything is
 * decided: never rounded, never cut. The protocol answers {@code -32602}.
 */
public final class UnrepresentableInputException extends RuntimeException {
    private final String pointer;
    private final String rule;

    public UnrepresentableInputException(String pointer, String rule) {
        super("`" + (pointer.isEmpty() ? "/" : pointer) + "` " + rule);
        this.pointer = pointer;
        this.rule = rule;
    }

    /** The same, seen from the object or array that holds the value as {@code segment}. */
    UnrepresentableInputException under(String segment) {
        return new UnrepresentableInputException(
                "/" + segment.replace("~", "~0").replace("/", "~1") + pointer, rule);
    }

    /** JSON pointer into the arguments; empty for all of them. */
    public String pointer() {
        return pointer;
    }

    /** What is wrong, without the value. */
    public String rule() {
        return rule;
    }
}
