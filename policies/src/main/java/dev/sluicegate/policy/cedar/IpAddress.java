package dev.sluicegate.policy.cedar;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An address, or a range of addresses when {@code prefix} is shorter than the address. The bits after the
 * prefix stay as written: {@code 10.0.0.1/8} and {@code 10.0.0.0/8} cover the same and are not equal.
 *
 * @param high the upper 64 bits; 0 for IPv4
 * @param low the lower 64 bits; for IPv4 the 32 of the address
 */
public record IpAddress(boolean v4, long high, long low, int prefix) implements Value {
    /** The longest address with the longest prefix. */
    private static final int MAX_LENGTH = 43;

    private static final int BITS_V4 = 32;
    private static final int BITS_V6 = 128;

    /**
     * An address in dotted or colon form, optionally with {@code /prefix}; never IPv4 inside of IPv6, never
     * with a zone or a leading zero.
     *
     * @throws EvaluationException if {@code text} is anything else
     */
    public static IpAddress parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw malformed();
        }
        var slash = text.indexOf('/');
        var address = slash < 0 ? text : text.substring(0, slash);
        var v4 = address.indexOf(':') < 0;
        var bits = v4 ? BITS_V4 : BITS_V6;
        var prefix = slash < 0 ? bits : number(text, slash + 1, text.length(), v4 ? 2 : 3, bits);
        if (v4) {
            return new IpAddress(true, 0, dotted(address), prefix);
        }
        var groups = groups(address);
        if (groups == null) {
            throw malformed();
        }
        return new IpAddress(false, pack(groups, 0), pack(groups, 4), prefix);
    }

    private static long dotted(String text) {
        var address = 0L;
        var at = 0;
        for (var part = 0; part < 4; part++) {
            var end = part == 3 ? text.length() : text.indexOf('.', at);
            if (end < 0) {
                throw malformed();
            }
            address = address << 8 | number(text, at, end, 3, 255);
            at = end + 1;
        }
        return address;
    }

    /** The eight groups, or null. */
    private static int @Nullable [] groups(String text) {
        var groups = new int[8];
        var gap = text.indexOf("::");
        if (gap < 0) {
            return read(text, 0, text.length(), groups, 0, 8) == 8 ? groups : null;
        }
        var head = read(text, 0, gap, groups, 0, 7);
        var tail = new int[8];
        var count = head < 0 ? -1 : read(text, gap + 2, text.length(), tail, 0, 7 - head);
        if (count < 0) {
            return null;
        }
        System.arraycopy(tail, 0, groups, 8 - count, count);
        return groups;
    }

    /** How many colon-separated groups there are, -1 if malformed or more than {@code max}. */
    private static int read(String text, int from, int to, int[] groups, int count, int max) {
        if (from == to) {
            return 0;
        }
        var at = from;
        while (true) {
            var end = text.indexOf(':', at);
            if (end < 0 || end > to) {
                end = to;
            }
            if (count == max || end == at || end - at > 4) {
                return -1;
            }
            var group = 0;
            for (var i = at; i < end; i++) {
                var digit = text.charAt(i) < 0x80 ? Character.digit(text.charAt(i), 16) : -1;
                if (digit < 0) {
                    return -1;
                }
                group = group << 4 | digit;
            }
            groups[count++] = group;
            if (end == to) {
                return count;
            }
            at = end + 1;
        }
    }

    private static long pack(int[] groups, int from) {
        return (long) groups[from] << 48
                | (long) groups[from + 1] << 32
                | (long) groups[from + 2] << 16
                | groups[from + 3];
    }

    private static int number(String text, int from, int to, int maxDigits, int max) {
        if (from == to
                || to - from > maxDigits
                || !Decimal.digits(text, from, to)
                || (text.charAt(from) == '0' && to - from > 1)) {
            throw malformed();
        }
        var number = Integer.parseInt(text, from, to, 10);
        if (number > max) {
            throw malformed();
        }
        return number;
    }

    private static EvaluationException malformed() {
        return new EvaluationException("not an ip address or range");
    }

    public boolean isLoopback() {
        return v4 ? low >>> 24 == 127 && prefix >= 8 : high == 0 && low == 1 && prefix == BITS_V6;
    }

    public boolean isMulticast() {
        return v4 ? low >>> 28 == 0xe && prefix >= 4 : high >>> 56 == 0xff && prefix >= 8;
    }

    /** Whether every address of this is in {@code range}. */
    public boolean isInRange(IpAddress range) {
        if (v4 != range.v4 || prefix < range.prefix) {
            return false;
        }
        if (v4) {
            return range.prefix == 0 || (low ^ range.low) >>> (BITS_V4 - range.prefix) == 0;
        }
        return same(high, range.high, range.prefix) && same(low, range.low, range.prefix - 64);
    }

    private static boolean same(long left, long right, int bits) {
        return bits <= 0 || (left ^ right) >>> Math.max(0, 64 - bits) == 0;
    }

    /** Its first and last address, and those next to them outside of it. */
    List<IpAddress> ends() {
        var ends = new ArrayList<IpAddress>();
        if (v4) {
            var size = 1L << (BITS_V4 - prefix);
            var first = low & -size;
            for (var address : new long[] {first, first + size - 1, first - 1, first + size}) {
                if (address >= 0 && address < 1L << BITS_V4) {
                    ends.add(new IpAddress(true, 0, address, BITS_V4));
                }
            }
            return ends;
        }
        var size = BigInteger.ONE.shiftLeft(BITS_V6 - prefix);
        var number = unsigned(high).shiftLeft(64).add(unsigned(low));
        var first = number.subtract(number.mod(size));
        for (var address :
                List.of(
                        first,
                        first.add(size).subtract(BigInteger.ONE),
                        first.subtract(BigInteger.ONE),
                        first.add(size))) {
            if (address.signum() >= 0 && address.bitLength() <= BITS_V6) {
                ends.add(
                        new IpAddress(
                                false,
                                address.shiftRight(64).longValue(),
                                address.longValue(),
                                BITS_V6));
            }
        }
        return ends;
    }

    private static BigInteger unsigned(long bits) {
        return new BigInteger(Long.toUnsignedString(bits));
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        var out = new StringBuilder();
        if (v4) {
            for (var shift = 24; shift >= 0; shift -= 8) {
                out.append(low >>> shift & 0xff).append(shift > 0 ? "." : "");
            }
        } else {
            for (var shift = 48; shift >= 0; shift -= 16) {
                out.append(String.format(Locale.ROOT, "%x:", high >>> shift & 0xffff));
            }
            for (var shift = 48; shift >= 0; shift -= 16) {
                out.append(Long.toHexString(low >>> shift & 0xffff)).append(shift > 0 ? ":" : "");
            }
        }
        if (prefix != (v4 ? BITS_V4 : BITS_V6)) {
            out.append('/').append(prefix);
        }
        return out.toString();
    }
}
