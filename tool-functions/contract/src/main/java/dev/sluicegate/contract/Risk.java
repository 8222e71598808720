package dev.sluicegate.contract;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How much harm one wrong call can do, as the tool's owner declares it. */
public enum Risk {
    LOW,
    MEDIUM,
    HIGH;

    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
