package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Details of a person that are known by the name before or behind them: dates of birth, security codes
 * of cards, the machine-readable zone of passports, numbers of vehicles, addresses of Bitcoin.
 */
final class NamedDetail implements Detector {
    private static final int MRZ_LINE = 44;
    private static final int VIN_LENGTH = 17;
    private static final int[] VIN_WEIGHTS = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    private static final String VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ";
    private static final int[] VIN_VALUES = {
        1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9
    };
    private static final String BASE58 =
            "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private static final WordList BIRTH =
            WordList.of(
                    "birth",
                    "born",
                    "dob",
                    "geburtsdatum",
                    "geboren",
                    "naissance",
                    "nacimiento",
                    "nascita",
                    "nascimento",
                    "geboortedatum");
    private static final WordList VEHICLE = WordList.of("vin", "vehicle identification", "chassis");

    @Override
    public List<String> keywords() {
        return List.of("cvv", "cvc", "security code", "security_code", "securitycode", "p<");
    }

    @Override
    public boolean anchorsAtDigits() {
        return true;
    }

    @Override
    public @Nullable Span at(Leaf leaf, int start, int end) {
        var c = leaf.charAt(start);
        if (c == 'P' || c == 'p') {
            return passport(leaf, start);
        }
        if (!Leaf.isDigit(c)) {
            return securityCode(leaf, end);
        }
        var date = date(leaf, start);
        if (date != null) {
            return date;
        }
        var vehicle = vehicle(leaf, start);
        return vehicle == null && (c == '1' || c == '3') ? bitcoin(leaf, start) : vehicle;
    }

    private static @Nullable Span securityCode(Leaf leaf, int end) {
        var name = leaf.runEnd(end, Alphabet.KEY, 8);
        var from = leaf.runEnd(name, Alphabet.SEPARATOR, 8);
        var to = leaf.runEnd(from, Alphabet.DIGITS, 5);
        return from > name
                        && (to - from == 3 || to - from == 4)
                        && !Leaf.isAlphanumeric(leaf.charAt(to))
                        && leaf.charAt(to) != '-'
                ? new Span(
                        from,
                        to,
                        "card_security_code",
                        Label.FINANCIAL,
                        leaf.text().substring(from, to))
                : null;
    }

    /** A date that a word calls the one of a birth. */
    private static @Nullable Span date(Leaf leaf, int start) {
        if (Leaf.isAlphanumeric(leaf.charAt(start - 1))
                || "-./".indexOf(leaf.charAt(start - 1)) >= 0) {
            return null;
        }
        var i = leaf.runEnd(start, Alphabet.DIGITS, 5);
        if (i - start > 4
                || "-./".indexOf(leaf.charAt(i)) < 0
                || !Leaf.isDigit(leaf.charAt(i + 1))) {
            return null;
        }
        i = start;
        var lengths = new int[3];
        var separator = '\0';
        for (var part = 0; part < 3; part++) {
            var to = leaf.runEnd(i, Alphabet.DIGITS, 5);
            lengths[part] = to - i;
            if (lengths[part] == 0 || lengths[part] > 4) {
                return null;
            }
            i = to;
            if (part < 2) {
                var c = leaf.charAt(i++);
                if ("-./".indexOf(c) < 0 || (part == 1 && c != separator)) {
                    return null;
                }
                separator = c;
            }
        }
        var yearFirst = lengths[0] == 4 && lengths[1] <= 2 && lengths[2] <= 2;
        var yearLast = lengths[0] <= 2 && lengths[1] <= 2 && (lengths[2] == 4 || lengths[2] == 2);
        if (!(yearFirst || yearLast)
                || (Leaf.isAlphanumeric(leaf.charAt(i)) && leaf.charAt(i) != 'T')) {
            return null;
        }
        return Nearby.of(leaf, start).saysAny(BIRTH)
                ? new Span(start, i, "date_of_birth", Label.PII, leaf.text().substring(start, i))
                : null;
    }

    /**
     * Both lines of a passport.
     *
     * @see <a href="https://www.icao.int/publications/Documents/9303_p4_cons_en.pdf">ICAO Doc 9303-4</a>
     */
    private static @Nullable Span passport(Leaf leaf, int start) {
        if (!leaf.startsToken(start)) {
            return null;
        }
        var second = leaf.runEnd(start, Alphabet.MACHINE_READABLE, MRZ_LINE + 1);
        if (second - start < MRZ_LINE - 6 || second - start > MRZ_LINE) {
            return null;
        }
        var line = second;
        while (line - second < 4 && "\r\n\\ n".indexOf(leaf.charAt(line)) >= 0) {
            line++;
        }
        var to = leaf.runEnd(line, Alphabet.MACHINE_READABLE, MRZ_LINE + 1);
        if (line == second || to - line != MRZ_LINE) {
            return null;
        }
        var text = leaf.text().substring(line, to);
        return mrzCheck(text, 0, 9) && mrzCheck(text, 13, 19) && mrzCheck(text, 21, 27)
                ? new Span(start, to, "passport_mrz", Label.PII, text)
                : null;
    }

    private static boolean mrzCheck(String line, int from, int to) {
        var sum = 0;
        for (var i = from; i < to; i++) {
            var c = line.charAt(i);
            var value = c == '<' ? 0 : Leaf.isDigit(c) ? c - '0' : c - 'A' + 10;
            sum += value * new int[] {7, 3, 1}[(i - from) % 3];
        }
        return line.charAt(to) == '0' + sum % 10;
    }

    /** ISO 3779 with the check digit of North America. */
    private static @Nullable Span vehicle(Leaf leaf, int digit) {
        var from = leaf.runStart(digit, Alphabet.UPPER_AND_DIGITS, VIN_LENGTH);
        if (leaf.runEnd(from, Alphabet.UPPER_AND_DIGITS, VIN_LENGTH + 1) != from + VIN_LENGTH
                || Leaf.isAlphanumeric(leaf.charAt(from - 1))
                || Leaf.isAlphanumeric(leaf.charAt(from + VIN_LENGTH))
                || from < leaf.offset()) {
            return null;
        }
        var number = leaf.text().substring(from, from + VIN_LENGTH);
        var sum = 0;
        for (var i = 0; i < VIN_LENGTH; i++) {
            var value = vinValue(number.charAt(i));
            if (value < 0) {
                return null;
            }
            sum += value * VIN_WEIGHTS[i];
        }
        return number.charAt(8) == "0123456789X".charAt(sum % 11)
                        && Nearby.of(leaf, from).saysAny(VEHICLE)
                ? new Span(from, from + VIN_LENGTH, "vehicle_number", Label.PII, number)
                : null;
    }

    private static int vinValue(char c) {
        if (Leaf.isDigit(c)) {
            return c - '0';
        }
        var at = VIN_LETTERS.indexOf(c);
        return at < 0 ? -1 : VIN_VALUES[at];
    }

    /** Base58Check: the first half of two hashes is the check. */
    private static @Nullable Span bitcoin(Leaf leaf, int start) {
        var to = leaf.runEnd(start, Alphabet.ALPHANUMERIC, 36);
        if (to - start < 26 || to - start > 35 || Leaf.isAlphanumeric(leaf.charAt(start - 1))) {
            return null;
        }
        var address = leaf.text().substring(start, to);
        var bytes = new byte[25];
        for (var i = 0; i < address.length(); i++) {
            var carry = BASE58.indexOf(address.charAt(i));
            if (carry < 0) {
                return null;
            }
            for (var at = bytes.length - 1; at >= 0; at--) {
                carry += 58 * (bytes[at] & 0xFF);
                bytes[at] = (byte) carry;
                carry >>= 8;
            }
            if (carry != 0) {
                return null;
            }
        }
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            var hash = sha.digest(sha.digest(Arrays.copyOf(bytes, 21)));
            return Arrays.equals(hash, 0, 4, bytes, 21, 25)
                    ? new Span(start, to, "bitcoin_address", Label.FINANCIAL, address)
                    : null;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
