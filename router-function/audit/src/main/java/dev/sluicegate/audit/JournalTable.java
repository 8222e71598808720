package dev.sluicegate.audit;

import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** The one write the journal makes. A port, because a test must be able to make it fail half way. */
interface JournalTable {
    /**
     * Puts {@code item} if nothing has its key, together with {@code alongside} or not at all.
     *
     * @param token names this attempt and its retries
     */
    Written put(Map<String, AttributeValue> item, List<TransactWriteItem> alongside, String token);

    /** What came of it. */
    sealed interface Written {
        /** The record is durable. */
        record Durable() implements Written {}

        /**
         * Something has the key already.
         *
         * @param sha of what is there, empty when the table does not say
         */
        record Exists(String sha) implements Written {}

        /** Conditions at these positions of {@code alongside} do not hold; nothing was written. */
        record Refused(List<Integer> positions, Throwable cause) implements Written {
            public Refused {
                positions = List.copyOf(positions);
            }
        }

        /** Nothing was written, for a reason that passes. */
        record Busy(Throwable cause) implements Written {}

        /** No answer, or one that does not say: it may be durable. */
        record Unknown(Throwable cause) implements Written {}

        /** The table says no, and will say so again. */
        record Impossible(Throwable cause) implements Written {}
    }
}
