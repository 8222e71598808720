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
    record Int(long value) implements Value {
        private static final Int[] SMALL = new Int[64];

        static {
            for (var i = 0; i < SMALL.length; i++) {
                SMALL[i] = new Int(i);
            }
        }

        /** Hours, days and counts are mostly small. */
        public static Int of(long value) {
            return value >= 0 && value < SMALL.length ? SMALL[(int) value] : new Int(value);
        }
    }

    record Text(String value) implements Value {}
}
