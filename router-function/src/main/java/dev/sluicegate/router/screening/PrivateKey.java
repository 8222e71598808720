package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Private keys: PEM of every kind (also PGP, SSH2, with escaped or encoded line breaks, cut off before
 * their end), PuTTY, age, and bare base64 that starts like one.
 */
final class PrivateKey implements Detector {
    static final String TYPE = "private_key";

    /** An RSA key of 16,384 bits is 12.5 KB in PEM; two keys and a certificate fit as well. */
    private static final int MAX_LENGTH = 65_536;

    private static final int MAX_LABEL = 64;
    private static final int MIN_BODY = 16;
    private static final int MIN_BARE = 40;

    private static final String AGE = "age-secret-key-1";
    private static final String PUTTY = "private-lines:";

    /** How the base64 of PKCS #8 keys (RSA, EC P-256, P-384, Ed25519) and OpenSSH keys starts. */
    private static final List<String> BARE =
            List.of(
                    "IBADANBgkqhkiG9w0BAQEFAASC",
                    "MIGHAgEAMBMGByqGSM49AgEG",
                    "MIG2AgEAMBAGByqGSM49AgEG",
                    "MC4CAQAwBQYDK2VwBCIE",
                    "b3BlbnNzaC1rZXktdjE");

    private static final List<String> BARE_KEYWORDS =
            BARE.stream().map(prefix -> prefix.toLowerCase(Locale.ROOT)).toList();

    @Override
    public List<String> keywords() {
        var all = new java.util.ArrayList<>(BARE_KEYWORDS);
        all.addAll(List.of("begin", AGE, PUTTY));
        return all;
    }

    @Override
    public @Nullable Span at(Leaf leaf, int start, int end) {
        var keyword = leaf.text().substring(start, end).toLowerCase(Locale.ROOT);
        return switch (keyword) {
            case "begin" -> pem(leaf, start, end);
            case AGE -> age(leaf, start, end);
            case PUTTY -> body(leaf, end, end);
            default -> bare(leaf, start, end);
        };
    }

    private static @Nullable Span pem(Leaf leaf, int start, int end) {
        var dash = leaf.charAt(start - 1) == ' ' ? start - 2 : start - 1;
        if (leaf.charAt(dash) != '-' || leaf.charAt(dash - 1) != '-') {
            return null;
        }
        var label = leaf.text().indexOf("--", end, Math.min(end + MAX_LABEL, leaf.text().length()));
        if (label < 0 || !saysPrivate(leaf.text().substring(end, label))) {
            return null;
        }
        var from = dash;
        while (dash - from < 8 && leaf.charAt(from - 1) == '-') {
            from--;
        }
        var close = leaf.endMarker(label);
        if (close < leaf.text().length() && close - from <= MAX_LENGTH) {
            return span(leaf, from, behindEnd(leaf, close));
        }
        leaf.openKey();
        return body(leaf, from, label);
    }

    private static boolean saysPrivate(String label) {
        var words = label.toUpperCase(Locale.ROOT).replace("%20", " ").replace('+', ' ');
        return words.contains("PRIVATE KEY");
    }

    /** Behind the line {@code -----END … -----}. */
    private static int behindEnd(Leaf leaf, int close) {
        var text = leaf.text();
        var dashes = text.indexOf("--", close, Math.min(close + MAX_LABEL, text.length()));
        var i = dashes < 0 ? Math.min(close + 3, text.length()) : dashes;
        while (leaf.charAt(i) == '-') {
            i++;
        }
        return i;
    }

    /** What can belong to a key from {@code bodyStart} on: there is no end to look for. */
    private static @Nullable Span body(Leaf leaf, int from, int bodyStart) {
        var to = leaf.runEnd(bodyStart, Alphabet.KEY_BODY, MAX_LENGTH);
        var base64 = 0;
        for (var i = bodyStart; i < to && base64 < MIN_BODY; i++) {
            base64 += Alphabet.BASE64.holds(leaf.charAt(i)) ? 1 : 0;
        }
        while (to > bodyStart && !Alphabet.BASE64_PADDED.holds(leaf.charAt(to - 1))) {
            to--;
        }
        return base64 < MIN_BODY ? null : span(leaf, from, to);
    }

    private static @Nullable Span age(Leaf leaf, int start, int end) {
        var to = leaf.runEnd(end, Alphabet.UPPER_AND_DIGITS, MAX_LABEL);
        return to - end < MIN_BARE ? null : span(leaf, start, to);
    }

    private static @Nullable Span bare(Leaf leaf, int start, int end) {
        if (BARE.stream().noneMatch(prefix -> leaf.text().startsWith(prefix, start))) {
            return null;
        }
        var from = start;
        while (start - from < 8 && Alphabet.BASE64.holds(leaf.charAt(from - 1))) {
            from--; // the length of the key stands before the part that is always the same
        }
        var to = leaf.runEnd(end, Alphabet.KEY_BODY, MAX_LENGTH);
        while (to > end && !Alphabet.BASE64_PADDED.holds(leaf.charAt(to - 1))) {
            to--;
        }
        return to - from < MIN_BARE ? null : span(leaf, from, to);
    }

    private static Span span(Leaf leaf, int from, int to) {
        return new Span(from, to, TYPE, Label.SECRET, leaf.text().substring(from, to));
    }
}
