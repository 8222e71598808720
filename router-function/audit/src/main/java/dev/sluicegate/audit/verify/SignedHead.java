package dev.sluicegate.audit.verify;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * A checkpoint whose bytes are exactly what the log would have written.
 *
 * @param previous size of the one published before, -1 for a log's first
 * @param note its bytes
 */
record SignedHead(String origin, long size, byte[] root, long previous, byte[] note) {

    /** Why bytes are no checkpoint of a log. */
    enum Refusal {
        NOT_A_CHECKPOINT,
        WRONG_ORIGIN,
        NOT_SIGNED
    }

    /** Either a checkpoint or why there is none. */
    record Opened(Optional<SignedHead> head, Refusal refusal) {
        static Opened refused(Refusal why) {
            return new Opened(Optional.empty(), why);
        }
    }

    /**
     * Nothing but the log's own signature and, below it, those of others may be there, each in the one form it
     * has: so that no byte of the file can change unseen.
     */
    static Opened open(byte[] bytes, TrustedKey key, String origin) {
        var text = new String(bytes, StandardCharsets.UTF_8);
        var gap = text.indexOf("\n\n");
        if (gap < 0 || !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
            return Opened.refused(Refusal.NOT_A_CHECKPOINT);
        }
        var body = text.substring(0, gap + 1);
        var lines = body.split("\n", -1);
        if (lines.length < 4 || lines.length > 5) {
            return Opened.refused(Refusal.NOT_A_CHECKPOINT);
        }
        if (!isSigned(text.substring(gap + 2), key, lines[0], body)) {
            return Opened.refused(Refusal.NOT_SIGNED);
        }
        if (!lines[0].equals(origin)) {
            return Opened.refused(Refusal.WRONG_ORIGIN);
        }
        try {
            var previous = lines.length == 5 ? number(lines[3].replaceFirst("^previous ", "")) : -1;
            var root = Base64.getDecoder().decode(lines[2]);
            return new Opened(
                    Optional.of(new SignedHead(lines[0], number(lines[1]), root, previous, bytes)),
                    Refusal.NOT_SIGNED);
        } catch (IllegalArgumentException e) {
            return Opened.refused(Refusal.NOT_A_CHECKPOINT);
        }
    }

    private static boolean isSigned(String lines, TrustedKey key, String origin, String body) {
        if (!lines.endsWith("\n")) {
            return false;
        }
        var signed = false;
        for (var line : lines.substring(0, lines.length() - 1).split("\n", -1)) {
            var parts = line.split(" ", -1);
            if (parts.length != 3 || !parts[0].equals("—")) {
                return false;
            }
            try {
                var bytes = Base64.getDecoder().decode(parts[2]);
                if (!Base64.getEncoder().encodeToString(bytes).equals(parts[2])) {
                    return false; // bits that say nothing
                }
                signed |= parts[1].equals(origin) && key.verifies(origin, bytes, body);
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
        return signed;
    }

    private static long number(String digits) {
        if (!digits.matches("0|[1-9][0-9]{0,17}")) {
            throw new IllegalArgumentException("not a size");
        }
        return Long.parseLong(digits);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SignedHead head && Arrays.equals(head.note, note);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(note);
    }
}
