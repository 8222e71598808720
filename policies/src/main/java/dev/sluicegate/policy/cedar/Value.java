package dev.sluicegate.policy.cedar;

/**
 * What an expression can be. Values of two kinds are never equal; sets ignore order and repetition,
 * records ignore order.
 */
public sealed interface Value
        permits Value.Bool,
                Value.Int,
                Value.Text,
                EntityUid,
                SetValue,
                RecordValue,
                Decimal,
                IpAddress,
                DateTime,
                Duration {

    /** Of a literal or a comparison; made by {@link #of(boolean)} only, so that it costs nothing. */
    enum Bool implements Value {
        FALSE,
        TRUE;

        public static Bool of(boolean value) {
            return value ? TRUE : FALSE;
        }

        public boolean isTrue() {
            return this == TRUE;
        }
    }

    /** 64 bits, signed. */
    record Int(long value) implements Value {}

    record Text(String value) implements Value {}
}
