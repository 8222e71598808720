package dev.sluicegate.policy.cedar;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A finite set; its elements may be of different kinds. */
public final class SetValue implements Value {
    public static final SetValue EMPTY = new SetValue(new Value[0], null);

    /** Up to here looking at every element is faster than keeping them in order. */
    private static final int SCANNED = 8;

    private final Value[] elements;

    /** What the elements are in order of, where there are many. */
    private final @Nullable Comparator<Value> order;

    /** Of few elements, when first asked for; threads may make it twice, which makes no difference. */
    private @Nullable SetValue inOrder;

    private SetValue(Value[] elements, @Nullable Comparator<Value> order) {
        this.elements = elements;
        this.order = order;
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
            return ordered(ValueOrder.INSTANCE, values);
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

    /**
     * @param order total, consistent with equality
     */
    static SetValue ordered(Comparator<Value> order, Value... values) {
        var sorted = values.clone();
        Arrays.sort(sorted, order);
        var count = 0;
        for (var value : sorted) {
            if (count == 0 || order.compare(sorted[count - 1], value) != 0) {
                sorted[count++] = value;
            }
        }
        return new SetValue(count == sorted.length ? sorted : Arrays.copyOf(sorted, count), order);
    }

    public int size() {
        return elements.length;
    }

    public boolean contains(Value value) {
        return order == null
                ? contains(elements, elements.length, value)
                : Arrays.binarySearch(elements, value, order) >= 0;
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

    /** Not to be written to. */
    Value[] sorted() {
        if (order != null) {
            return elements;
        }
        var known = inOrder;
        if (known == null) {
            known = ordered(ValueOrder.INSTANCE, elements);
            inOrder = known;
        }
        return known.elements;
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
        if (this == other) {
            return true;
        }
        if (!(other instanceof SetValue that) || elements.length != that.elements.length) {
            return false;
        }
        // looking for every element in the other set squares the work at every level of sets in
        // sets
        if (elements.length > 0 && isNested(elements[0])) {
            return ValueOrder.INSTANCE.compare(this, that) == 0;
        }
        return containsAll(that);
    }

    private static boolean isNested(Value element) {
        return element instanceof SetValue || element instanceof RecordValue;
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
