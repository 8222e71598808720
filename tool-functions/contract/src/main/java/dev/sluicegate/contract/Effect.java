package dev.sluicegate.contract;

import java.util.Locale;

/** What a tool does to the world. */
public enum Effect {
    READ,
    WRITE,
    DESTRUCTIVE;

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
