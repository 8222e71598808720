package dev.sluicegate.record;

/** A JSON text or value that two readers could understand differently, so it is refused unhashed. */
public final class NotCanonicalException extends RuntimeException {
    private final String pointer;
    private final String rule;

    public NotCanonicalException(String pointer, String rule) {
        super("`" + (pointer.isEmpty() ? "/" : pointer) + "` " + rule);
        this.pointer = pointer;
        this.rule = rule;
    }

    /** JSON pointer of the offending value; empty for the whole text. */
    public String pointer() {
        return pointer;
    }

    /** What is wrong with it, without its value. */
    public String rule() {
        return rule;
    }
}
