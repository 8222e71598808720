package dev.sluicegate.contract;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What kind of data something is. A label that is not in this list is refused, never ignored. */
public enum Label {
    PUBLIC,
    INTERNAL,
    PII,
    FINANCIAL,
    HEALTH,
    SECRET,
    CREDENTIAL,
    UNTRUSTED;

    /**
     * Whether the label follows the principal for 24 hours across clients and chains, so that a new
     * client or a new chain launders nothing.
     */
    public boolean followsPrincipal() {
        return switch (this) {
            case PII, FINANCIAL, HEALTH, SECRET, CREDENTIAL -> true;
            case PUBLIC, INTERNAL, UNTRUSTED -> false;
        };
    }

    /** The word in JSON, policy and records. */
    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * @throws IllegalArgumentException if {@code word} is not a label
     */
    public static Label of(String word) {
        for (var label : values()) {
            if (label.word().equals(word)) {
                return label;
            }
        }
        throw new IllegalArgumentException("unknown label `" + word + "`");
    }
}
