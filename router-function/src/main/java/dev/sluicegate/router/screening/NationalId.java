package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Numbers by which states know people. One digit in ten fits any check digit, so the check is never
 * enough: a word that names the number has to stand nearby, or the number has to be written as only
 * this number is.
 */
final class NationalId implements Detector {
    private static final int MAX_DIGITS = 19;

    /** As the French print theirs. */
    private static final int MAX_GROUPS = 7;

    private static final String DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";
    private static final WordList HETU_WORDS =
            WordList.of(
                    "henkilötunnus",
                    "henkilotunnus",
                    "hetu",
                    "personal identity",
                    "personbeteckning");
    private static final String HETU_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY";

    /**
     * @param letters before the digits
     * @param digits how many
     * @param tail characters behind the digits
     * @param check of letters, digits and tail together, in upper case
     * @param words one of which has to stand nearby
     */
    private record Rule(
            String type,
            int letters,
            int digits,
            int tail,
            Label label,
            Predicate<String> check,
            WordList words) {}

    private static final List<Rule> RULES = rules();
    private static final List<List<Rule>> BY_DIGITS = byDigits();

    private static List<Rule> rules() {
        var all = new ArrayList<Rule>();
        digits(
                all,
                "us_ssn",
                9,
                NationalId::ssn,
                "ssn",
                "social security",
                "tax id",
                "tin",
                "taxpayer");
        digits(all, "us_itin", 9, NationalId::itin, "itin", "tax id", "taxpayer", "tin");
        all.add(
                new Rule(
                        "us_bank_routing",
                        0,
                        9,
                        0,
                        Label.FINANCIAL,
                        n ->
                                CheckDigits.weighted(n, 3, 7, 1, 3, 7, 1, 3, 7, 1) % 10 == 0
                                        && routingArea(n),
                        WordList.of("routing", "aba", "rtn")));
        digits(
                all,
                "uk_nhs_number",
                10,
                n -> CheckDigits.weighted(n, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1) % 11 == 0,
                "nhs",
                "national health");
        lettered(
                all,
                "uk_nino",
                2,
                6,
                1,
                NationalId::nino,
                "nino",
                "national insurance",
                "ni number",
                "insurance number");
        digits(
                all,
                "de_tax_id",
                11,
                n -> n.charAt(0) != '0' && CheckDigits.mod11And10(n),
                "steuer",
                "idnr",
                "tin",
                "tax id",
                "identifikationsnummer");
        digits(
                all,
                "fr_nir",
                15,
                NationalId::nir,
                "securite sociale",
                "sécurité sociale",
                "nir",
                "insee",
                "social",
                "numéro de sécu");
        lettered(
                all,
                "es_dni",
                0,
                8,
                1,
                n -> n.charAt(8) == DNI_LETTERS.charAt(CheckDigits.number(n, 0, 8) % 23),
                "dni",
                "nif",
                "identidad");
        lettered(all, "es_nie", 1, 7, 1, NationalId::nie, "nie", "nif", "extranjero", "identidad");
        digits(
                all,
                "pl_pesel",
                11,
                n ->
                        CheckDigits.weighted(n, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1) % 10 == 0
                                && CheckDigits.isDate(
                                        CheckDigits.number(n, 2, 4) % 20,
                                        CheckDigits.number(n, 4, 6)),
                "pesel");
        digits(
                all,
                "nl_bsn",
                9,
                n -> CheckDigits.weighted(n, 9, 8, 7, 6, 5, 4, 3, 2, -1) % 11 == 0,
                "bsn",
                "burgerservicenummer",
                "sofinummer");
        digits(
                all,
                "be_national_number",
                11,
                NationalId::belgian,
                "rijksregister",
                "rijksregisternummer",
                "registre national",
                "numéro national",
                "national number",
                "niss",
                "insz");
        digits(
                all,
                "pt_nif",
                9,
                n -> {
                    var rest = CheckDigits.weighted(n, 9, 8, 7, 6, 5, 4, 3, 2) % 11;
                    return (rest < 2 ? 0 : 11 - rest) == CheckDigits.digit(n, 8);
                },
                "nif",
                "contribuinte");
        digits(all, "se_personnummer", 10, NationalId::swedish, "personnummer", "personal number");
        digits(
                all,
                "se_personnummer",
                12,
                n -> swedish(n.substring(2)),
                "personnummer",
                "personal number");
        digits(
                all,
                "no_fodselsnummer",
                11,
                NationalId::norwegian,
                "fødselsnummer",
                "fodselsnummer",
                "personnummer",
                "national id");
        digits(
                all,
                "ch_ahv",
                13,
                n -> n.startsWith("756") && CheckDigits.ean(n),
                "ahv",
                "avs",
                "oasi",
                "sozialversicherung",
                "assurance sociale");
        digits(
                all,
                "at_svnr",
                10,
                n ->
                        CheckDigits.weighted(n, 3, 7, 9, 0, 5, 8, 4, 2, 1, 6) % 11
                                        == CheckDigits.digit(n, 3)
                                && n.charAt(0) != '0',
                "svnr",
                "sozialversicherung",
                "versicherungsnummer");
        digits(
                all,
                "cz_rodne_cislo",
                10,
                n ->
                        (CheckDigits.number(n, 0, 9) * 10L + CheckDigits.digit(n, 9)) % 11 == 0
                                && CheckDigits.isDate(
                                        CheckDigits.number(n, 2, 4) % 50,
                                        CheckDigits.number(n, 4, 6)),
                "rodné číslo",
                "rodne cislo",
                "birth number");
        lettered(all, "ie_pps", 0, 7, 1, NationalId::irish, "pps", "ppsn", "public service");
        digits(all, "br_cpf", 11, NationalId::cpf, "cpf");
        digits(all, "br_cnpj", 14, NationalId::cnpj, "cnpj");
        digits(
                all,
                "in_aadhaar",
                12,
                n -> n.charAt(0) >= '2' && CheckDigits.verhoeff(n),
                "aadhaar",
                "aadhar",
                "uidai");
        lettered(
                all,
                "in_pan",
                5,
                4,
                1,
                n -> "ABCFGHJLPTEU".indexOf(n.charAt(3)) >= 0,
                "pan",
                "permanent account",
                "income tax");
        digits(
                all,
                "ca_sin",
                9,
                n -> n.charAt(0) != '0' && n.charAt(0) != '8' && CheckDigits.luhn(n),
                "sin",
                "social insurance",
                "assurance sociale",
                "nas");
        digits(
                all,
                "au_tfn",
                9,
                n -> CheckDigits.weighted(n, 1, 4, 3, 7, 5, 8, 6, 9, 10) % 11 == 0,
                "tfn",
                "tax file");
        digits(
                all,
                "au_medicare",
                10,
                n ->
                        n.charAt(0) >= '2'
                                && n.charAt(0) <= '6'
                                && CheckDigits.weighted(n, 1, 3, 7, 9, 1, 3, 7, 9) % 10
                                        == CheckDigits.digit(n, 8),
                "medicare");
        lettered(
                all, "sg_nric", 1, 7, 1, NationalId::nric, "nric", "fin", "identity card", "ic no");
        digits(
                all,
                "kr_rrn",
                13,
                n ->
                        (11 - CheckDigits.weighted(n, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5) % 11) % 10
                                        == CheckDigits.digit(n, 12)
                                && CheckDigits.isDate(
                                        CheckDigits.number(n, 2, 4), CheckDigits.number(n, 4, 6)),
                "rrn",
                "resident registration",
                "주민등록번호",
                "주민번호");
        digits(
                all,
                "jp_my_number",
                12,
                NationalId::myNumber,
                "my number",
                "mynumber",
                "マイナンバー",
                "個人番号",
                "individual number");
        digits(
                all,
                "cn_resident_id",
                18,
                n -> chineseCheck(n, n.charAt(17)),
                "身份证",
                "身份證",
                "id card",
                "identity card",
                "resident id",
                "citizen id",
                "shenfenzheng");
        lettered(
                all,
                "cn_resident_id",
                0,
                17,
                1,
                n -> n.charAt(17) == 'X' && chineseCheck(n, 'X'),
                "身份证",
                "身份證",
                "id card",
                "identity card",
                "resident id",
                "citizen id",
                "shenfenzheng");
        digits(
                all,
                "za_id_number",
                13,
                n ->
                        CheckDigits.luhn(n)
                                && CheckDigits.isDate(
                                        CheckDigits.number(n, 2, 4), CheckDigits.number(n, 4, 6))
                                && n.charAt(10) <= '2',
                "id number",
                "identity number",
                "south african id",
                "sa id",
                "rsa id");
        digits(all, "tr_tckn", 11, NationalId::turkish, "kimlik", "tckn", "tc no", "turkish id");
        return List.copyOf(all);
    }

    private static void digits(
            List<Rule> all, String type, int digits, Predicate<String> check, String... words) {
        all.add(new Rule(type, 0, digits, 0, Label.PII, check, WordList.of(words)));
    }

    private static void lettered(
            List<Rule> all,
            String type,
            int letters,
            int digits,
            int tail,
            Predicate<String> check,
            String... words) {
        all.add(new Rule(type, letters, digits, tail, Label.PII, check, WordList.of(words)));
    }

    private static List<List<Rule>> byDigits() {
        var lists = new ArrayList<List<Rule>>();
        for (var count = 0; count <= MAX_DIGITS; count++) {
            var digits = count;
            lists.add(RULES.stream().filter(rule -> rule.digits() == digits).toList());
        }
        return List.copyOf(lists);
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
    public @Nullable Span at(Leaf leaf, int start, int end) {
        var before = leaf.charAt(start - 1);
        if ((before == '.' || before == ',' || before == '-')
                && Leaf.isDigit(leaf.charAt(start - 2))) {
            return null; // goes on from before
        }
        var count = 0;
        var groups = 0;
        var dashes = 0;
        var i = start;
        while (true) {
            var from = i;
            i = leaf.runEnd(from, Alphabet.DIGITS, MAX_DIGITS - count);
            count += i - from;
            if (Leaf.isDigit(leaf.charAt(i)) || ++groups > MAX_GROUPS) {
                return null; // longer than any
            }
            var found = ended(leaf, new Run(start, i, count, groups, dashes));
            if (found != null) {
                return found;
            }
            var c = leaf.charAt(i);
            if ((c != ' ' && c != '-' && c != '.' && c != '/' && c != '+')
                    || !Leaf.isDigit(leaf.charAt(i + 1))
                    || count == MAX_DIGITS) {
                return null;
            }
            dashes += c == '-' ? 1 : 0;
            i++;
        }
    }

    /**
     * A number as it is written. Most are none of ours, so its digits are put together only where a rule
     * fits their count and what stands around them.
     *
     * @param digits how many, in how many groups
     * @param dashes between them
     */
    private record Run(int start, int end, int digits, int groups, int dashes) {
        String number(Leaf leaf) {
            leaf.worked(end - start);
            if (groups == 1) {
                return leaf.text().substring(start, end);
            }
            var number = new StringBuilder(digits);
            for (var i = start; i < end; i++) {
                var c = leaf.text().charAt(i);
                if (Leaf.isDigit(c)) {
                    number.append(c);
                }
            }
            return number.toString();
        }
    }

    private static @Nullable Span ended(Leaf leaf, Run run) {
        var start = run.start();
        var end = run.end();
        if (run.digits() == 2 && run.groups() == 1) {
            return fiscalCode(leaf, start);
        }
        if (run.digits() < 4) {
            return null;
        }
        if (run.digits() == 9 && run.groups() == 3 && run.dashes() == 2 && end - start == 11) {
            var printed = printedUsNumber(leaf, run);
            if (printed != null) {
                return printed;
            }
        }
        if (run.digits() == 6 || run.digits() == 9) {
            var hetu = finnish(leaf, run);
            if (hetu != null) {
                return hetu;
            }
        }
        for (var rule : BY_DIGITS.get(run.digits())) {
            var from = start - rule.letters();
            var separator = rule.tail() > 0 && isSeparator(leaf.charAt(end)) ? 1 : 0;
            var to = rule.tail() == 0 ? end : end + separator + rule.tail();
            if (!isBounded(leaf, from, to)
                    || (rule.letters() > 0 && !areLetters(leaf, from, start))
                    || (rule.tail() > 0 && !areLetters(leaf, end + separator, to))) {
                continue;
            }
            var number = run.number(leaf);
            var whole =
                    rule.letters() + rule.tail() == 0
                            ? number
                            : (leaf.text().substring(from, start)
                                            + number
                                            + leaf.text().substring(end + separator, to))
                                    .toUpperCase(Locale.ROOT);
            leaf.worked(to - from);
            if (rule.check().test(whole) && Nearby.of(leaf, start).saysAny(rule.words())) {
                return new Span(from, to, rule.type(), rule.label(), whole);
            }
        }
        return null;
    }

    private static boolean isSeparator(char c) {
        return c == ' ' || c == '-';
    }

    private static boolean areLetters(Leaf leaf, int from, int to) {
        for (var i = from; i < to; i++) {
            var c = leaf.charAt(i);
            if (!Leaf.isAlphanumeric(c) || Leaf.isDigit(c)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBounded(Leaf leaf, int from, int to) {
        return from >= leaf.offset()
                && leaf.startsToken(from)
                && !Leaf.isAlphanumeric(leaf.charAt(to))
                && leaf.charAt(to) != '_';
    }

    /** 123-45-6789 is written so by nobody else, if the area was given out. */
    private static @Nullable Span printedUsNumber(Leaf leaf, Run run) {
        var start = run.start();
        var end = run.end();
        if (leaf.charAt(start + 3) != '-'
                || leaf.charAt(start + 6) != '-'
                || !isBounded(leaf, start, end)
                || leaf.charAt(end) == '-') {
            return null;
        }
        var number = run.number(leaf);
        var type = ssn(number) ? "us_ssn" : itin(number) ? "us_itin" : "";
        if (type.isEmpty() || Nearby.of(leaf, start).saysOtherNumber()) {
            return null;
        }
        return new Span(start, end, type, Label.PII, number);
    }

    private static boolean ssn(String n) {
        var area = CheckDigits.number(n, 0, 3);
        return area != 0
                && area != 666
                && area < 900
                && CheckDigits.number(n, 3, 5) != 0
                && CheckDigits.number(n, 5, 9) != 0;
    }

    private static boolean itin(String n) {
        var group = CheckDigits.number(n, 3, 5);
        return n.charAt(0) == '9'
                && ((group >= 50 && group <= 65)
                        || (group >= 70 && group <= 88)
                        || (group >= 90 && group <= 92)
                        || group >= 94);
    }

    private static boolean routingArea(String n) {
        var area = CheckDigits.number(n, 0, 2);
        return (area >= 1 && area <= 12)
                || (area >= 21 && area <= 32)
                || (area >= 61 && area <= 72)
                || area == 80;
    }

    private static boolean nino(String n) {
        var prefix = n.substring(0, 2);
        return "DFIQUV".indexOf(n.charAt(0)) < 0
                && "DFIOQUV".indexOf(n.charAt(1)) < 0
                && !List.of("BG", "GB", "KN", "NK", "NT", "TN", "ZZ").contains(prefix)
                && n.charAt(8) <= 'D';
    }

    private static boolean nir(String n) {
        var value = Long.parseLong(n.substring(0, 13));
        var month = CheckDigits.number(n, 3, 5);
        return "123478".indexOf(n.charAt(0)) >= 0
                && month >= 1
                && (month <= 12 || month >= 20)
                && 97 - value % 97 == CheckDigits.number(n, 13, 15);
    }

    private static boolean nie(String n) {
        var sign = "XYZ".indexOf(n.charAt(0));
        return sign >= 0
                && n.charAt(8)
                        == DNI_LETTERS.charAt(
                                (sign * 10_000_000 + CheckDigits.number(n, 1, 8)) % 23);
    }

    private static boolean belgian(String n) {
        var value = CheckDigits.number(n, 0, 9);
        var check = CheckDigits.number(n, 9, 11);
        return 97 - value % 97 == check || 97 - (2_000_000_000L + value) % 97 == check;
    }

    private static boolean swedish(String n) {
        var day = CheckDigits.number(n, 4, 6);
        return CheckDigits.luhn(n)
                && CheckDigits.isDate(CheckDigits.number(n, 2, 4), day > 60 ? day - 60 : day);
    }

    private static boolean norwegian(String n) {
        return CheckDigits.weighted(n, 3, 7, 6, 1, 8, 9, 4, 5, 2, 1) % 11 == 0
                && CheckDigits.weighted(n, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1) % 11 == 0;
    }

    private static boolean irish(String n) {
        var sum = CheckDigits.weighted(n, 8, 7, 6, 5, 4, 3, 2) % 23;
        return n.charAt(7) == (sum == 0 ? 'W' : (char) ('A' + sum - 1));
    }

    private static boolean cpf(String n) {
        if (n.chars().distinct().count() == 1) {
            return false;
        }
        var first = CheckDigits.weighted(n, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10;
        var second = CheckDigits.weighted(n, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10;
        return first == CheckDigits.digit(n, 9) && second == CheckDigits.digit(n, 10);
    }

    private static boolean cnpj(String n) {
        var first = CheckDigits.weighted(n, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2) % 11;
        var second = CheckDigits.weighted(n, 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2) % 11;
        return n.chars().distinct().count() > 1
                && (first < 2 ? 0 : 11 - first) == CheckDigits.digit(n, 12)
                && (second < 2 ? 0 : 11 - second) == CheckDigits.digit(n, 13);
    }

    private static boolean nric(String n) {
        var sum = CheckDigits.weighted(n.substring(1, 8), 2, 7, 6, 5, 4, 3, 2);
        return switch (n.charAt(0)) {
            case 'S' -> n.charAt(8) == "JZIHGFEDCBA".charAt(sum % 11);
            case 'T' -> n.charAt(8) == "JZIHGFEDCBA".charAt((sum + 4) % 11);
            case 'F' -> n.charAt(8) == "XWUTRQPNMLK".charAt(sum % 11);
            case 'G' -> n.charAt(8) == "XWUTRQPNMLK".charAt((sum + 4) % 11);
            case 'M' -> n.charAt(8) == "XWUTRQPNJLK".charAt((sum + 3) % 11);
            default -> false;
        };
    }

    private static boolean myNumber(String n) {
        var rest = CheckDigits.weighted(n, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11;
        return (rest <= 1 ? 0 : 11 - rest) == CheckDigits.digit(n, 11);
    }

    private static boolean chineseCheck(String n, char check) {
        var sum = CheckDigits.weighted(n, 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2);
        return check == "10X98765432".charAt(sum % 11)
                && CheckDigits.isDate(CheckDigits.number(n, 10, 12), CheckDigits.number(n, 12, 14));
    }

    private static boolean turkish(String n) {
        var odd = 0;
        var even = 0;
        for (var i = 0; i < 9; i++) {
            if (i % 2 == 0) {
                odd += CheckDigits.digit(n, i);
            } else {
                even += CheckDigits.digit(n, i);
            }
        }
        return n.charAt(0) != '0'
                && Math.floorMod(7 * odd - even, 10) == CheckDigits.digit(n, 9)
                && (odd + even + CheckDigits.digit(n, 9)) % 10 == CheckDigits.digit(n, 10);
    }

    /** Date of birth, the century as a sign, three digits, a check character. */
    private static @Nullable Span finnish(Leaf leaf, Run run) {
        var start = run.start();
        var end = run.end();
        int from;
        if (run.digits() == 6) {
            var century = leaf.charAt(end);
            if ("-+ABCDEFUVWXY".indexOf(century) < 0 || century == '\0') {
                return null;
            }
            from = end + 1;
        } else {
            from = end - 3;
            if ("-+".indexOf(leaf.charAt(from - 1)) < 0 || end - start != 10) {
                return null;
            }
        }
        var to = leaf.runEnd(from, Alphabet.DIGITS, 4);
        if (to - from < 3 || to - from > 4) {
            return null;
        }
        to = from + 4;
        var date = run.number(leaf).substring(0, 6);
        var individual = leaf.text().substring(from, Math.min(leaf.text().length(), from + 3));
        var check = Character.toUpperCase(leaf.charAt(from + 3));
        var rest =
                (CheckDigits.number(date, 0, 6) * 1_000 + CheckDigits.number(individual, 0, 3))
                        % 31;
        return HETU_CHARACTERS.charAt(rest) == check
                        && CheckDigits.isDate(
                                CheckDigits.number(date, 2, 4), CheckDigits.number(date, 0, 2))
                        && isBounded(leaf, start, to)
                        && Nearby.of(leaf, start).saysAny(HETU_WORDS)
                ? new Span(start, to, "fi_hetu", Label.PII, date + individual + check)
                : null;
    }

    /** Six letters, year, month, day, place and a check letter; long enough to need no word nearby. */
    private static @Nullable Span fiscalCode(Leaf leaf, int year) {
        var from = year - 6;
        var to = year + 10;
        if (!isBounded(leaf, from, to) || to > leaf.text().length()) {
            return null;
        }
        var code = leaf.text().substring(from, to).toUpperCase(Locale.ROOT);
        leaf.worked(code.length());
        for (var i = 0; i < code.length(); i++) {
            var letter = i < 6 || i == 8 || i == 11 || i == 15;
            var c = code.charAt(i);
            if (letter ? c < 'A' || c > 'Z' : !Leaf.isDigit(c)) {
                return null;
            }
        }
        var sum = 0;
        for (var i = 0; i < 15; i++) {
            var c = code.charAt(i);
            var value = Leaf.isDigit(c) ? c - '0' : c - 'A';
            sum += i % 2 == 0 ? ODD[value] : value;
        }
        var day = CheckDigits.number(code, 9, 11);
        return code.charAt(15) == 'A' + sum % 26
                        && "ABCDEHLMPRST".indexOf(code.charAt(8)) >= 0
                        && ((day >= 1 && day <= 31) || (day >= 41 && day <= 71))
                        && !Nearby.of(leaf, year).saysOtherNumber()
                ? new Span(from, to, "it_fiscal_code", Label.PII, code)
                : null;
    }

    private static final int[] ODD = {
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23
    };
}
