package dev.sluicegate.contract;

import java.util.Locale;

/** How much harm one wrong call can do, as the tool's owner declares it. */
public enum Risk {
    LOW,
    MEDIUM,
    HIGH;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
