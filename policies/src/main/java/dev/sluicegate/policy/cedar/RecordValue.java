package dev.sluicegate.policy.cedar;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names to values; also the attributes and the tags of an entity. */
public final class RecordValue implements Value {
    public static final RecordValue EMPTY = new RecordValue(new String[0], new Value[0], null);

    /** Up to here comparing every name is faster than hashing. */
    private static final int SCANNED = 12;

    private final String[] names;
    private final Value[] values;
    private final @Nullable Map<String, Value> hashed;

    private RecordValue(String[] names, Value[] values, @Nullable Map<String, Value> hashed) {
        this.names = names;
        this.values = values;
        this.hashed = hashed;
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
        private int count;

        public Builder(int expected) {
            names = new String[expected];
            values = new Value[expected];
        }

        /** {@code name} must not have been put before. */
        public Builder put(String name, Value value) {
            if (count == names.length) {
                names = Arrays.copyOf(names, count * 2 + 4);
                values = Arrays.copyOf(values, count * 2 + 4);
            }
            names[count] = name;
            values[count++] = value;
            return this;
        }

        /** The builder must not be used any more. */
        public RecordValue build() {
            if (count == 0) {
                return EMPTY;
            }
            if (count < names.length) {
                names = Arrays.copyOf(names, count);
                values = Arrays.copyOf(values, count);
            }
            if (count <= SCANNED) {
                return new RecordValue(names, values, null);
            }
            var hashed = HashMap.<String, Value>newHashMap(count);
            for (var i = 0; i < count; i++) {
                hashed.put(names[i], values[i]);
            }
            return new RecordValue(names, values, hashed);
        }
    }

    public int size() {
        return names.length;
    }

    public @Nullable Value get(String name) {
        if (hashed != null) {
            return hashed.get(name);
        }
        for (var i = 0; i < names.length; i++) {
            if (names[i].equals(name)) {
                return values[i];
            }
        }
        return null;
    }

    public List<String> names() {
        return List.of(names);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof RecordValue that) || names.length != that.names.length) {
            return false;
        }
        for (var i = 0; i < names.length; i++) {
            if (!values[i].equals(that.get(names[i]))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        var hash = 11;
        for (var i = 0; i < names.length; i++) {
            hash += names[i].hashCode() ^ values[i].hashCode();
        }
        return hash;
    }

    @Override
    public String toString() {
        return Literals.text(this);
    }
}
