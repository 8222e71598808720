package dev.sluicegate.router.screening;

import java.util.Locale;

/**
 * What happens to mail addresses, telephone numbers and addresses in networks of people in results. They
 * are in nearly every result of some tools and are what other tools are for, so it is a choice; numbers
 * of states, cards and accounts are always replaced.
 */
public enum ContactData {
    /** They are not looked for. */
    PASS,
    /** They pass; the findings are recorded and teach the chain the label {@code pii}. */
    LABEL,
    /** They are replaced, unless the manifest declares the field as {@code pii}. */
    REMOVE;

    /**
     * @throws IllegalArgumentException if {@code word} is none of {@code pass}, {@code label}, {@code
     *     remove}
     */
    public static ContactData of(String word) {
        for (var choice : values()) {
            if (choice.word().equals(word)) {
                return choice;
            }
        }
        throw new IllegalArgumentException(
                "contact data is one of pass, label, remove, not `" + word + "`");
    }

    /** The word in the configuration. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
