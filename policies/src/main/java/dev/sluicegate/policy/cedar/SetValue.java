package dev.sluicegate.policy.cedar;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A finite set; its elements may be of different kinds. */
public final class SetValue implements Value {
    public static final SetValue EMPTY = new SetValue(new Value[0], null);

    /** Up to here looking at every element is faster than hashing. */
    private static final int SCANNED = 8;

    private final Value[] elements;
    private final @Nullable Set<Value> hashed;

    private SetValue(Value[] elements, @Nullable Set<Value> hashed) {
        this.elements = elements;
        this.hashed = hashed;
    }

    public static SetValue of(Collection<? extends Value> values) {
        return of(values.toArray(new Value[0]));
    }

    /**
     * @param values not to be written to any more
     */
    public static SetValue of(Value... values) {
        if (values.length == 0) {
            return EMPTY;
        }
        if (values.length > SCANNED) {
            var set = new HashSet<>(Arrays.asList(values));
            return new SetValue(set.toArray(new Value[0]), set);
        }
        for (var i = 1; i < values.length; i++) {
            if (contains(values, i, values[i])) {
                return distinct(values);
            }
        }
        return new SetValue(values, null);
    }

    private static SetValue distinct(Value... values) {
        var distinct = new Value[values.length];
        var count = 0;
        for (var value : values) {
            if (!contains(distinct, count, value)) {
                distinct[count++] = value;
            }
        }
        return new SetValue(Arrays.copyOf(distinct, count), null);
    }

    public int size() {
        return elements.length;
    }

    public boolean contains(Value value) {
        return hashed == null ? contains(elements, elements.length, value) : hashed.contains(value);
    }

    public boolean containsAll(SetValue other) {
        for (var element : other.elements) {
            if (!contains(element)) {
                return false;
            }
        }
        return true;
    }

    public boolean containsAny(SetValue other) {
        if (other.size() > size()) {
            return other.containsAny(this);
        }
        for (var element : other.elements) {
            if (contains(element)) {
                return true;
            }
        }
        return false;
    }

    /** In no particular order. */
    public List<Value> elements() {
        return List.of(elements);
    }

    /** Not a copy: for this package, which does not write to it. */
    Value[] raw() {
        return elements;
    }

    private static boolean contains(Value[] values, int count, Value value) {
        for (var i = 0; i < count; i++) {
            if (values[i].equals(value)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof SetValue that
                        && elements.length == that.elements.length
                        && containsAll(that));
    }

    @Override
    public int hashCode() {
        var hash = 7;
        for (var element : elements) {
            hash += element.hashCode();
        }
        return hash;
    }

    @Override
    public String toString() {
        return Literals.text(this);
    }
}
