package dev.sluicegate.audit;

import java.util.List;

/**
 * A condition of what was to be written together with the record did not hold; neither was written. Reading
 * again and deciding again may help, retrying does not.
 */
public final class AlongsideRefusedException extends RuntimeException {
    private final List<Integer> refused;

    AlongsideRefusedException(List<Integer> refused, Throwable cause) {
        super("conditions " + refused + " of what goes with the record do not hold", cause);
        this.refused = List.copyOf(refused);
    }

    /** Positions in the list that was given to {@link Journal#append}, ascending. */
    public List<Integer> refused() {
        return refused;
    }
}
