package dev.sluicegate.router.screening;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import dev.sluicegate.contract.Label;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Telephone numbers: in international form, where libphonenumber knows the plan of the country, or in
 * any form behind a word that says telephone. Digits alone are none.
 */
final class PhoneNumber implements Detector {
    static final String TYPE = "phone_number";

    private static final int MIN_DIGITS = 7;

    /** ITU-T E.164. */
    private static final int MAX_DIGITS = 15;

    private static final int MAX_SEPARATOR = 2;
    private static final String UNKNOWN_REGION = "ZZ";

    private static final WordList WORDS =
            WordList.of(
                    "phone",
                    "telephone",
                    "tel",
                    "telefon",
                    "téléphone",
                    "mobile",
                    "mobil",
                    "cell",
                    "cellphone",
                    "handy",
                    "fax",
                    "whatsapp",
                    "sms",
                    "contact number",
                    "call me",
                    "hotline",
                    "msisdn",
                    "móvil",
                    "celular");

    private final PhoneNumberUtil plans = PhoneNumberUtil.getInstance();

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
        var plus = before == '+' || (before == '(' && leaf.charAt(start - 2) == '+');
        var from = before == '+' || before == '(' ? start - 1 : start;
        from = plus && before == '(' ? start - 2 : from;
        if (Leaf.isAlphanumeric(leaf.charAt(from - 1))
                || ((before == '.' || before == ',' || before == '-' || before == ':')
                        && Leaf.isDigit(leaf.charAt(start - 2)))) {
            return null;
        }
        var digits = 0;
        var to = start;
        var i = start;
        while (true) {
            to = leaf.runEnd(i, Alphabet.DIGITS, MAX_DIGITS + 1 - digits);
            digits += to - i;
            if (digits > MAX_DIGITS) {
                return null;
            }
            i = to;
            var separator = i;
            while (i - separator < MAX_SEPARATOR && " -./()".indexOf(leaf.charAt(i)) >= 0) {
                i++;
            }
            if (i == separator || !Leaf.isDigit(leaf.charAt(i))) {
                break;
            }
        }
        if (digits < MIN_DIGITS || Leaf.isAlphanumeric(leaf.charAt(to))) {
            return null;
        }
        var number = number(leaf, start, to, plus);
        if (plus ? !isPlanned(number) : !Nearby.of(leaf, from).saysAny(WORDS)) {
            return null;
        }
        return new Span(from, to, TYPE, Label.PII, number);
    }

    private static String number(Leaf leaf, int from, int to, boolean plus) {
        leaf.worked(to - from);
        var number = new StringBuilder(MAX_DIGITS + 1).append(plus ? "+" : "");
        for (var i = from; i < to; i++) {
            var c = leaf.text().charAt(i);
            if (Leaf.isDigit(c)) {
                number.append(c);
            }
        }
        return number.toString();
    }

    private boolean isPlanned(String number) {
        try {
            return plans.isValidNumber(plans.parse(number, UNKNOWN_REGION));
        } catch (NumberParseException e) {
            return false;
        }
    }
}
