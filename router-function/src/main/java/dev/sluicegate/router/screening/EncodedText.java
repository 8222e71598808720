package dev.sluicegate.router.screening;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Texts that stand in another text as base64, hexadecimal or percent encoding. */
final class EncodedText {
    private static final int MIN_BASE64 = 20;
    private static final int MIN_HEX = 32;
    private static final int MIN_PERCENT = 8;

    /** Lines of MIME and PEM are 64 to 76 characters long. */
    private static final int MIN_LINE = 60;

    /** So many bytes tell text from an image or a hash. */
    private static final int SAMPLE = 18;

    /** No secret of a kind that is known without its name is shorter. */
    private static final int MIN_PRINTABLE = 16;

    /**
     * @param start of the encoded form
     * @param end behind it
     * @param text what it says
     */
    record Blob(int start, int end, String text) {
        @Override
        public String toString() {
            return "Blob[" + start + "," + end + ")"; // never the text
        }
    }

    private EncodedText() {}

    /** Blobs in order, without overlap. Linear: each character belongs to one run. */
    static List<Blob> in(String text) {
        List<Blob> blobs = List.of();
        var wordStart = 0;
        var percents = 0;
        var i = 0;
        while (i <= text.length()) {
            var c = i < text.length() ? text.charAt(i) : ' ';
            if (Alphabet.BASE64_ANY.holds(c)) {
                var end = runEnd(text, i);
                var blob = percents > 0 || isPercent(text, end) ? null : blob(text, i, end);
                if (blob != null) {
                    blobs = with(blobs, blob);
                    wordStart = end;
                }
                i = end;
                continue;
            }
            if (isPercent(text, i)) {
                percents++;
            } else if (c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' || c == '\\') {
                if (percents > 0 && i - wordStart >= MIN_PERCENT) {
                    var decoded = percent(text, wordStart, i);
                    if (decoded != null) {
                        blobs = with(blobs, new Blob(wordStart, i, decoded));
                    }
                }
                wordStart = i + 1;
                percents = 0;
            }
            i++;
        }
        return blobs;
    }

    private static List<Blob> with(List<Blob> blobs, Blob blob) {
        var more = blobs.isEmpty() ? new ArrayList<Blob>() : blobs;
        more.add(blob);
        return more;
    }

    private static boolean isPercent(String text, int at) {
        return at + 2 < text.length()
                && text.charAt(at) == '%'
                && Leaf.isHex(text.charAt(at + 1))
                && Leaf.isHex(text.charAt(at + 2));
    }

    /** End of a run of base64, over its line breaks. */
    private static int runEnd(String text, int start) {
        var line = start;
        var i = start;
        while (i < text.length()) {
            var c = text.charAt(i);
            if (Alphabet.BASE64_ANY.holds(c)) {
                i++;
                continue;
            }
            var next =
                    c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n'
                            ? i + 2
                            : i + 1;
            if ((c == '\n' || next == i + 2)
                    && i - line >= MIN_LINE
                    && next < text.length()
                    && Alphabet.BASE64.holds(text.charAt(next))) {
                line = next;
                i = next;
                continue;
            }
            break;
        }
        while (i < text.length() && text.charAt(i) == '=' && i - start < Integer.MAX_VALUE) {
            i++;
        }
        return i;
    }

    private static @Nullable Blob blob(String text, int start, int end) {
        if (end - start < MIN_BASE64) {
            return null;
        }
        var hex = end - start >= MIN_HEX && (end - start) % 2 == 0;
        for (var i = start; hex && i < end; i++) {
            hex = Leaf.isHex(text.charAt(i));
        }
        var bytes = decoded(text, start, end, hex ? 4 : 6);
        var decoded = beginsAsText(bytes) ? text(bytes) : null;
        if (decoded == null) {
            decoded = printable(bytes);
        }
        return decoded == null ? null : new Blob(start, end, decoded);
    }

    /**
     * @param bits that one character stands for
     */
    private static byte[] decoded(String text, int start, int end, int bits) {
        var bytes = new byte[(int) ((long) (end - start) * bits / 8)];
        var length = 0;
        var buffer = 0;
        var filled = 0;
        for (var i = start; i < end; i++) {
            var c = text.charAt(i);
            if (c == '=') {
                break;
            }
            if (c == '\n' || c == '\r') {
                continue;
            }
            buffer = buffer << bits | (bits == 4 ? Character.digit(c, 16) : sextet(c));
            filled += bits;
            if (filled >= 8) {
                filled -= 8;
                bytes[length++] = (byte) (buffer >> filled);
            }
        }
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }

    /** Nearly all that looks like an encoding is an id or a hash, which the first bytes tell. */
    private static boolean beginsAsText(byte[] bytes) {
        var following = 0; // bytes that the character needs
        for (var i = 0; i < bytes.length && i < SAMPLE; i++) {
            var b = bytes[i] & 0xFF;
            if (following > 0 ? (b & 0xC0) != 0x80 : isControl(bytes[i]) || !leads(b)) {
                return false;
            }
            following = following > 0 ? following - 1 : following(b);
        }
        return true;
    }

    /**
     * The stretches of ASCII in bytes that are no UTF-8, one a line, or null when there is none: one byte in
     * front of it, or the other byte of UTF-16, hides no secret. Random bytes have hardly any.
     */
    private static @Nullable String printable(byte[] bytes) {
        StringBuilder out = null;
        for (var step = 1; step <= 2; step++) {
            for (var i = 0; i < bytes.length; ) {
                var end = i;
                while (end < bytes.length
                        && bytes[end] >= ' '
                        && bytes[end] < 0x7F
                        && (step == 1 || end + 1 == bytes.length || bytes[end + 1] == 0)) {
                    end += step;
                }
                if (end - i >= step * MIN_PRINTABLE) {
                    out = out == null ? new StringBuilder() : out.append('\n');
                    for (var at = i; at < end; at += step) {
                        out.append((char) bytes[at]);
                    }
                }
                i = Math.max(end, i + 1);
            }
        }
        return out == null ? null : out.toString();
    }

    private static int sextet(char c) {
        if (c >= 'a') {
            return c - 'a' + 26;
        }
        if (c >= 'A' && c <= 'Z') {
            return c - 'A';
        }
        return Leaf.isDigit(c) ? c - '0' + 52 : c == '+' || c == '-' ? 62 : 63;
    }

    private static boolean leads(int b) {
        return b < 0x80 || (b >= 0xC2 && b <= 0xF4);
    }

    private static int following(int lead) {
        return lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    }

    private static @Nullable String percent(String text, int start, int end) {
        var bytes = new ByteArrayOutputStream(end - start);
        for (var i = start; i < end; i++) {
            if (isPercent(text, i) && i + 2 < end) {
                bytes.write(
                        16 * Character.digit(text.charAt(i + 1), 16)
                                + Character.digit(text.charAt(i + 2), 16));
                i += 2;
            } else {
                bytes.writeBytes(text.substring(i, i + 1).getBytes(StandardCharsets.UTF_8));
            }
        }
        return text(bytes.toByteArray());
    }

    private static boolean isControl(byte b) {
        return (b >= 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t') || b == 0x7F;
    }

    private static @Nullable String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
