package dev.sluicegate.audit.payload;

/** What a payload is. The word is bound into its encryption, so one kind never passes for another. */
public enum PayloadKind {
    /** Everything a decision was made from, as canonical JSON. */
    DECISION_INPUT("decision-input");

    private final String word;

    PayloadKind(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }
}
