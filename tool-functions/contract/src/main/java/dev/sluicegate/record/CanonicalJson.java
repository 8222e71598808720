package dev.sluicegate.record;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;

/**
 * Canonical JSON, so that equal values have equal bytes and one hash.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8785">RFC 8785</a>
 */
public final class CanonicalJson {
    /** Above this an integer is not safe in IEEE doubles, so two readers may disagree about it. */
    public static final long MAX_SAFE_INTEGER = (1L << 53) - 1;

    /** From here on ECMAScript writes integers with an exponent. */
    private static final double FIRST_WITH_EXPONENT = 1e21;

    private static final MathContext ONE_DIGIT = new MathContext(1, RoundingMode.HALF_EVEN);
    private static final String HEX = "0123456789abcdef";

    private CanonicalJson() {}

    /**
     * @throws NotCanonicalException if a number does not survive as an IEEE double or a string holds a
     *     lone surrogate; the message starts with the JSON pointer of the value
     */
    public static byte[] bytes(JsonNode value) {
        return string(value).getBytes(StandardCharsets.UTF_8);
    }

    /** As {@link #bytes}, as text. */
    public static String string(JsonNode value) {
        var out = new StringBuilder(256);
        write(value, out, Place.ROOT);
        return out.toString();
    }

    /** {@code sha256:<hex>} over the canonical bytes. */
    public static String sha256(JsonNode value) {
        return sha256(bytes(value));
    }

    /** {@code sha256:<hex>} over {@code bytes} as they are. */
    public static String sha256(byte[] bytes) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return "sha256:" + HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }

    private static void write(JsonNode value, StringBuilder out, Place at) {
        switch (value.getNodeType()) {
            case OBJECT -> writeObject(value, out, at);
            case ARRAY -> {
                out.append('[');
                for (var i = 0; i < value.size(); i++) {
                    if (i > 0) {
                        out.append(',');
                    }
                    write(value.get(i), out, at.element(i));
                }
                out.append(']');
            }
            case STRING -> writeString(value.textValue(), out, at);
            case NUMBER -> out.append(number(value, at));
            case BOOLEAN -> out.append(value.booleanValue());
            case NULL -> out.append("null");
            case BINARY, MISSING, POJO ->
                    throw new NotCanonicalException(at.pointer(), "is not a JSON value");
        }
    }

    private static void writeObject(JsonNode value, StringBuilder out, Place at) {
        var names = new ArrayList<String>(value.size());
        value.fieldNames().forEachRemaining(names::add);
        names.sort(null); // String order is UTF-16 code unit order, which RFC 8785 asks for
        out.append('{');
        var first = true;
        for (var name : names) {
            if (!first) {
                out.append(',');
            }
            first = false;
            var place = at.member(name);
            writeString(name, out, place);
            out.append(':');
            write(value.path(name), out, place);
        }
        out.append('}');
    }

    private static void writeString(String text, StringBuilder out, Place at) {
        out.append('"');
        var written = 0; // what needs no escape is taken over in one go
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c >= 0x20 && c != '"' && c != '\\' && !Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            out.append(text, written, i);
            written = i + 1;
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c >= 0x20) {
                        throw new NotCanonicalException(at.pointer(), "holds a lone surrogate");
                    }
                    out.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
                }
            }
        }
        out.append(text, written, text.length()).append('"');
    }

    /** Integers within ±(2^53-1) as they are, everything else as ECMAScript prints an IEEE double. */
    private static String number(JsonNode value, Place at) {
        if (value.isIntegralNumber()) {
            if (!value.canConvertToLong() || Math.abs(value.longValue()) > MAX_SAFE_INTEGER) {
                throw new NotCanonicalException(at.pointer(), "is an integer beyond 2^53-1");
            }
            return Long.toString(value.longValue());
        }
        var d = value.doubleValue();
        if (Double.isNaN(d) || Double.isInfinite(d)) {
            throw new NotCanonicalException(at.pointer(), "is a number beyond IEEE doubles");
        }
        if (Math.rint(d) == d && Math.abs(d) <= MAX_SAFE_INTEGER) {
            if (value.isBigDecimal() && value.decimalValue().compareTo(new BigDecimal(d)) != 0) {
                throw new NotCanonicalException(
                        at.pointer(), "is a number that an IEEE double cannot hold");
            }
            return Long.toString((long) d); // also -0.0, which prints as 0
        }
        if (Math.rint(d) == d && Math.abs(d) < FIRST_WITH_EXPONENT) {
            // it would be written as an integer that reading refuses
            throw new NotCanonicalException(at.pointer(), "is an integer beyond 2^53-1");
        }
        var shortest = shortest(Math.abs(d));
        if (value.isBigDecimal() && value.decimalValue().abs().compareTo(shortest) != 0) {
            throw new NotCanonicalException(
                    at.pointer(), "is a number that an IEEE double cannot hold");
        }
        return ecmaScript(d < 0, shortest);
    }

    /**
     * The shortest decimal that reads back as {@code d}. Java's own is shortest since 19, but prefers
     * two digits where one would do: {@code 4.9E-324}, where ECMAScript prints {@code 5e-324}.
     */
    private static BigDecimal shortest(double d) {
        var decimal = new BigDecimal(Double.toString(d)).stripTrailingZeros();
        if (decimal.precision() == 2) {
            var oneDigit = decimal.round(ONE_DIGIT);
            if (oneDigit.doubleValue() == d) {
                return oneDigit.stripTrailingZeros();
            }
        }
        return decimal;
    }

    private static String ecmaScript(boolean negative, BigDecimal decimal) {
        var digits = decimal.unscaledValue().toString();
        var point = digits.length() - decimal.scale(); // position of the decimal point
        var out = new StringBuilder(negative ? "-" : "");
        if (digits.length() <= point && point <= 21) {
            out.append(digits).append("0".repeat(point - digits.length()));
        } else if (0 < point && point <= 21) {
            out.append(digits, 0, point).append('.').append(digits, point, digits.length());
        } else if (-6 < point && point <= 0) {
            out.append("0.").append("0".repeat(-point)).append(digits);
        } else {
            out.append(digits.charAt(0));
            if (digits.length() > 1) {
                out.append('.').append(digits, 1, digits.length());
            }
            out.append('e').append(point > 0 ? '+' : '-').append(Math.abs(point - 1));
        }
        return out.toString();
    }
}
