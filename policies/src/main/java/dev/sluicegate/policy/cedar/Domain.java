package dev.sluicegate.policy.cedar;

import java.util.Map;
import java.util.Set;

/** Everything that a part of a context could be, before it is known. */
public sealed interface Domain {
    record Truth() implements Domain {}

    /** Numbers and what is counted like numbers. */
    enum Quantity implements Domain {
        INTEGER,
        DECIMAL,
        DATETIME,
        DURATION;

        /** Those from {@code low} to {@code high}, both included, as they are counted. */
        public Domain between(long low, long high) {
            return new Span(this, low, high);
        }
    }

    /** A part of a quantity. */
    record Span(Quantity quantity, long low, long high) implements Domain {
        public Span {
            if (low > high) {
                throw new IllegalArgumentException("nothing is from " + low + " to " + high);
            }
        }
    }

    /**
     * @param values the only ones there are; empty for any text
     */
    record Words(Set<String> values) implements Domain {
        public Words {
            values = Set.copyOf(values);
        }
    }

    /** Single addresses, no ranges. */
    record Address() implements Domain {}

    record Many(Domain element) implements Domain {}

    /** These names and no others. */
    record Fields(Map<String, Field> fields) implements Domain {
        public Fields {
            fields = Map.copyOf(fields);
        }
    }

    record Field(Domain domain, boolean required) {}

    /** Something of which no example can be made up, such as an entity. */
    record Anything() implements Domain {}
}
