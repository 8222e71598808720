package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * International bank account numbers: length of the country and check digits.
 *
 * @see <a href="https://www.swift.com/standards/data-standards/iban-international-bank-account-number">IBAN
 *     registry</a>
 */
final class Iban implements Detector {
    static final String TYPE = "iban";

    private static final int CONTEXT = 32;

    private static final Map<String, Integer> LENGTHS = lengths();

    private static Map<String, Integer> lengths() {
        var registry =
                "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22"
                        + " DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27"
                        + " GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21"
                        + " LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15"
                        + " OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24"
                        + " SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";
        var lengths = new TreeMap<String, Integer>();
        for (var entry : registry.split(" ", -1)) {
            lengths.put(
                    entry.substring(0, 2).toLowerCase(Locale.ROOT),
                    Integer.valueOf(entry.substring(2)));
        }
        return Map.copyOf(lengths);
    }

    @Override
    public List<String> keywords() {
        return List.of();
    }

    @Override
    public boolean anchorsAtDigits() {
        return true;
    }

    @Override
    public @Nullable Span at(Leaf leaf, int digit, int behind) {
        var end = isSeparator(leaf.charAt(digit - 1)) ? digit - 1 : digit;
        var start = end - 2;
        if (!isLetter(leaf.charAt(start)) || !isLetter(leaf.charAt(end - 1))) {
            return null;
        }
        if (!leaf.startsToken(start)
                && !leaf.text().regionMatches(true, start - 4, TYPE, 0, TYPE.length())) {
            return null;
        }
        var country = leaf.text().substring(start, end).toLowerCase(Locale.ROOT);
        var length = LENGTHS.getOrDefault(country, 0);
        if (length == 0) {
            return null;
        }
        var compact = new StringBuilder(length);
        var grouped = true;
        var i = start;
        while (compact.length() < length) {
            var c = leaf.charAt(i);
            if (isSeparator(c) && Leaf.isAlphanumeric(leaf.charAt(i + 1))) {
                grouped &= compact.length() % 4 == 0;
                c = leaf.charAt(++i);
            }
            if (!Leaf.isAlphanumeric(c)) {
                return null;
            }
            compact.append(c);
            i++;
        }
        if (Leaf.isAlphanumeric(leaf.charAt(i)) || !(grouped || saysAccount(leaf, start))) {
            return null;
        }
        var iban = compact.toString().toUpperCase(Locale.ROOT);
        return valid(iban) ? new Span(start, i, TYPE, Label.FINANCIAL, iban) : null;
    }

    private static boolean isLetter(char c) {
        return Leaf.isAlphanumeric(c) && !Leaf.isDigit(c);
    }

    private static boolean isSeparator(char c) {
        return c == ' ' || c == '-';
    }

    private static boolean saysAccount(Leaf leaf, int start) {
        var before =
                leaf.text().substring(Math.max(0, start - CONTEXT), start).toLowerCase(Locale.ROOT);
        return before.contains("iban") || before.contains("account") || before.contains("konto");
    }

    /**
     * @see <a href="https://www.iso.org/standard/81090.html">ISO 13616, MOD 97-10 of ISO/IEC 7064</a>
     */
    static boolean valid(String iban) {
        if (!Leaf.isDigit(iban.charAt(2)) || !Leaf.isDigit(iban.charAt(3))) {
            return false;
        }
        var rest = 0;
        for (var i = 0; i < iban.length(); i++) {
            var c = iban.charAt((i + 4) % iban.length());
            var value = Leaf.isDigit(c) ? c - '0' : c - 'A' + 10;
            rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
        }
        return rest == 1;
    }
}
