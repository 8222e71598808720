package dev.sluicegate.contract;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a tool does to the world. */
public enum Effect {
    READ,
    WRITE,
    DESTRUCTIVE;

    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The OAuth scope that a caller needs for every tool with this effect. */
    public String scope() {
        return switch (this) {
            case READ -> "tools:read";
            case WRITE -> "tools:write";
            case DESTRUCTIVE -> "tools:destructive";
        };
    }
}
