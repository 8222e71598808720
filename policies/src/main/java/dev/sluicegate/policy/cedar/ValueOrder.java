package dev.sluicegate.policy.cedar;

import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A total order of values, consistent with their equality: what a large set is looked up by. Not by hash:
 * callers choose the values, and a few thousand with one hash cost seconds before anybody is refused.
 */
final class ValueOrder implements Comparator<Value> {
    static final ValueOrder INSTANCE = new ValueOrder();

    private static final Comparator<IpAddress> ADDRESSES =
            Comparator.comparing(IpAddress::v4)
                    .thenComparingLong(IpAddress::high)
                    .thenComparingLong(IpAddress::low)
                    .thenComparingInt(IpAddress::prefix);

    private ValueOrder() {}

    @Override
    public int compare(Value left, Value right) {
        return switch (left) {
            case Value.Bool a when right instanceof Value.Bool b -> a.compareTo(b);
            case Value.Int(var a) when right instanceof Value.Int(var b) -> Long.compare(a, b);
            case Value.Text(var a) when right instanceof Value.Text(var b) -> a.compareTo(b);
            case EntityUid a when right instanceof EntityUid b -> {
                var type = a.type().compareTo(b.type());
                yield type != 0 ? type : a.id().compareTo(b.id());
            }
            case Decimal(var a) when right instanceof Decimal(var b) -> Long.compare(a, b);
            case DateTime(var a) when right instanceof DateTime(var b) -> Long.compare(a, b);
            case Duration(var a) when right instanceof Duration(var b) -> Long.compare(a, b);
            case IpAddress a when right instanceof IpAddress b -> ADDRESSES.compare(a, b);
            case SetValue a when right instanceof SetValue b -> compare(a.sorted(), b.sorted());
            case RecordValue a when right instanceof RecordValue b -> compare(a, b);
            default -> Integer.compare(kind(left), kind(right));
        };
    }

    private static int compare(Value[] left, Value[] right) {
        return Arrays.compare(left, right, INSTANCE);
    }

    private static int compare(RecordValue left, RecordValue right) {
        var names = names(left);
        var byNames = Arrays.compare(names, names(right));
        if (byNames != 0) {
            return byNames;
        }
        for (var name : names) {
            var order = INSTANCE.compare(field(left, name), field(right, name));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static String[] names(RecordValue record) {
        var names = record.names().toArray(new String[0]);
        Arrays.sort(names);
        return names;
    }

    private static Value field(RecordValue record, String name) {
        @Nullable Value value = record.get(name);
        if (value == null) {
            throw new IllegalStateException("a record without one of its names");
        }
        return value;
    }

    private static int kind(Value value) {
        return switch (value) {
            case Value.Bool _ -> 0;
            case Value.Int _ -> 1;
            case Value.Text _ -> 2;
            case EntityUid _ -> 3;
            case SetValue _ -> 4;
            case RecordValue _ -> 5;
            case Decimal _ -> 6;
            case IpAddress _ -> 7;
            case DateTime _ -> 8;
            case Duration _ -> 9;
        };
    }
}
