package dev.sluicegate.policy.cedar;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names to values; also the attributes and the tags of an entity. */
public abstract sealed class RecordValue implements Value {
    public static final RecordValue EMPTY = new Plain(new String[0], new Value[0], null);

    /** Up to here comparing every name is faster than hashing. */
    private static final int SCANNED = 12;

    private final String[] names;

    private RecordValue(String[] names) {
        this.names = names;
    }

    /** One whose values are there. */
    private static final class Plain extends RecordValue {
        private final Value[] values;
        private final @Nullable Map<String, Value> hashed;

        Plain(String[] names, Value[] values, @Nullable Map<String, Value> hashed) {
            super(names);
            this.values = values;
            this.hashed = hashed;
        }

        @Override
        public @Nullable Value get(String name) {
            return hashed == null ? super.get(name) : hashed.get(name);
        }

        @Override
        protected Value at(int index) {
            return values[index];
        }
    }

    /** One of which only what policies look at is made. */
    public abstract static non-sealed class Lazy extends RecordValue {
        protected Lazy(Shape shape) {
            super(shape.names);
        }

        /** The same value for the same name, whenever. */
        @Override
        protected abstract Value at(int index);
    }

    /**
     * @param index of the name in the shape
     */
    protected abstract Value at(int index);

    /** Names that many records have, kept once. */
    public static final class Shape {
        private final String[] names;

        /**
         * @param names without repetition
         */
        public Shape(String... names) {
            this.names = names.clone();
            for (var i = 0; i < names.length; i++) {
                this.names[i] = names[i].intern();
            }
        }

        /**
         * @param values one for each name; not copied, so not to be written to any more
         */
        public RecordValue of(Value... values) {
            return record(names, values);
        }
    }

    private static RecordValue record(String[] names, Value[] values) {
        if (names.length != values.length) {
            throw new IllegalArgumentException(
                    names.length + " names, " + values.length + " values");
        }
        if (names.length == 0) {
            return EMPTY;
        }
        if (names.length <= SCANNED) {
            return new Plain(names, values, null);
        }
        var hashed = HashMap.<String, Value>newHashMap(names.length);
        for (var i = 0; i < names.length; i++) {
            hashed.put(names[i], values[i]);
        }
        return new Plain(names, values, hashed);
    }

    public static RecordValue of(Map<String, ? extends Value> fields) {
        var builder = new Builder(fields.size());
        fields.forEach(builder::put);
        return builder.build();
    }

    /** For records whose names the caller already knows to differ. */
    public static final class Builder {
        private String[] names;
        private Value[] values;
        private boolean shared;
        private int count;

        public Builder(int expected) {
            names = new String[expected];
            values = new Value[expected];
        }

        /** Keeps the names of {@code shape} as long as they come in its order. */
        public Builder(Shape shape) {
            names = shape.names;
            values = new Value[names.length];
            shared = true;
        }

        /** {@code name} must not have been put before. */
        public Builder put(String name, Value value) {
            if (count == names.length) {
                names = Arrays.copyOf(names, count * 2 + 4);
                values = Arrays.copyOf(values, count * 2 + 4);
                shared = false;
            }
            if (shared && !names[count].equals(name)) {
                names = names.clone();
                shared = false;
            }
            if (!shared) {
                names[count] = name;
            }
            values[count++] = value;
            return this;
        }

        /** The builder must not be used any more. */
        public RecordValue build() {
            if (count < names.length) {
                names = Arrays.copyOf(names, count);
                values = Arrays.copyOf(values, count);
            }
            return record(names, values);
        }
    }

    public final int size() {
        return names.length;
    }

    /** Null when there is no such name. */
    @SuppressWarnings(
            "ReferenceEquality") // both sides are interned mostly; what is not is compared below
    public @Nullable Value get(String name) {
        for (var i = 0; i < names.length; i++) {
            if (names[i] == name) {
                return at(i);
            }
        }
        for (var i = 0; i < names.length; i++) {
            if (names[i].equals(name)) {
                return at(i);
            }
        }
        return null;
    }

    public final List<String> names() {
        return List.of(names);
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof RecordValue that) || names.length != that.names.length) {
            return false;
        }
        for (var i = 0; i < names.length; i++) {
            var counterpart = that.get(names[i]);
            if (counterpart == null || !counterpart.equals(at(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public final int hashCode() {
        var hash = 11;
        for (var i = 0; i < names.length; i++) {
            hash += names[i].hashCode() ^ at(i).hashCode();
        }
        return hash;
    }

    @Override
    public final String toString() {
        return Literals.text(this);
    }
}
