package dev.sluicegate.record;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;

/**
 * Sortable unique ids: 48 bits of milliseconds, 80 random bits, Crockford base32, 26 characters.
 *
 * @see <a href="https://github.com/ulid/spec">ULID</a>
 */
public final class Ulid {
    private static final char[] ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
    private static final int LENGTH = 26;

    // SecureRandom takes its entropy from the system at each use, so a restored snapshot repeats
    // nothing
    private static final SecureRandom RANDOM = new SecureRandom();

    private Ulid() {}

    public static String next(Clock clock) {
        var random = new byte[10];
        RANDOM.nextBytes(random);
        var out = new char[LENGTH];
        var time = clock.millis();
        for (var i = 9; i >= 0; i--) {
            out[i] = ALPHABET[(int) (time & 31)];
            time >>>= 5;
        }
        var bits = 0;
        var held = 0;
        var at = 10;
        for (var b : random) {
            held = (held << 8) | (b & 0xff);
            bits += 8;
            while (bits >= 5) {
                bits -= 5;
                out[at++] = ALPHABET[(held >>> bits) & 31];
            }
        }
        return new String(out);
    }

    /** Sorts before or with every id minted at {@code from} or later, and after all earlier ones. */
    public static String first(Instant from) {
        var out = new char[LENGTH];
        Arrays.fill(out, ALPHABET[0]);
        var time = Math.max(0, from.toEpochMilli());
        for (var i = 9; i >= 0; i--) {
            out[i] = ALPHABET[(int) (time & 31)];
            time >>>= 5;
        }
        return new String(out);
    }

    /** Whether {@code text} could be an id of ours. */
    public static boolean isValid(String text) {
        if (text.length() != LENGTH || text.charAt(0) > '7') { // 48 bits of time end at 7ZZZZZZZZZ
            return false;
        }
        for (var i = 0; i < LENGTH; i++) {
            var c = text.charAt(i);
            if ("0123456789ABCDEFGHJKMNPQRSTVWXYZ".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }
}
