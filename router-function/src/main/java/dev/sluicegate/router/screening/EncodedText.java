package dev.sluicegate.router.screening;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Texts that stand in another text as base64, hexadecimal or percent encoding. */
final class EncodedText {
    private static final int MIN_BASE64 = 20;
    private static final int MIN_HEX = 32;
    private static final int MIN_PERCENT = 8;

    /** Lines of MIME and PEM are 64 to 76 characters long. */
    private static final int MIN_LINE = 60;

    /** So much of a run tells text from an image or a hash. */
    private static final int SAMPLE = 24;

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
            if (Alphabet.BASE64.holds(c) || c == '-' || c == '_') {
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
            if (Alphabet.BASE64.holds(c) || c == '-' || c == '_') {
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
        var decoded = hex ? hex(text, start, end) : base64(text, start, end);
        return decoded == null ? null : new Blob(start, end, decoded);
    }

    private static @Nullable String hex(String text, int start, int end) {
        var bytes = new byte[(end - start) / 2];
        for (var i = 0; i < bytes.length; i++) {
            bytes[i] =
                    (byte)
                            (16 * Character.digit(text.charAt(start + 2 * i), 16)
                                    + Character.digit(text.charAt(start + 2 * i + 1), 16));
            if (i < SAMPLE && isControl(bytes[i])) {
                return null;
            }
        }
        return text(bytes);
    }

    private static @Nullable String base64(String text, int start, int end) {
        var to = end;
        while (to > start && text.charAt(to - 1) == '=') {
            to--;
        }
        var sample = decode(text.substring(start, Math.min(to, start + SAMPLE)));
        if (sample == null) {
            return null;
        }
        for (var b : sample) {
            if (isControl(b)) {
                return null;
            }
        }
        var bytes = decode(text.substring(start, to).replace("\n", "").replace("\r", ""));
        return bytes == null ? null : text(bytes);
    }

    private static byte @Nullable [] decode(String base64) {
        var standard = base64.replace('-', '+').replace('_', '/');
        var length = standard.length() % 4 == 1 ? standard.length() - 1 : standard.length();
        try {
            return Base64.getDecoder().decode(standard.substring(0, length));
        } catch (IllegalArgumentException e) {
            return null;
        }
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
