package dev.sluicegate.router.screening;

import org.jspecify.annotations.Nullable;

/**
 * What stands behind a name and is given to it: {@code name = "value"}, {@code "name": "value"}, {@code
 * name => 'value'}, {@code <name>value</name>}, {@code set("name", "value")}, {@code name string =
 * `value`}, or just {@code name value}.
 *
 * @param start of the value
 * @param quote that opens the value, or NUL
 * @param assigned whether something says that the value belongs to the name
 * @param equalsSign whether it is an equals sign, as in files of settings
 */
record Assignment(int start, char quote, boolean assigned, boolean equalsSign) {
    private static final String QUOTES = "\"'`";
    private static final int MAX_FILLER = 8;
    private static final int MAX_QUOTED = 1_025;

    static @Nullable Assignment behind(Leaf leaf, int nameEnd, int maxGap) {
        var i = nameEnd;
        var assigned = false;
        var equalsSign = false;
        var comma = false;
        var quotes = 0;
        var quote = '\0';
        var filled = false;
        while (i - nameEnd <= maxGap) {
            var c = leaf.charAt(i);
            if (c == '[' && leaf.holds(i, ReplacedValue.START)) {
                return null;
            }
            if (c == '\\' && "\"'nrt".indexOf(leaf.charAt(i + 1)) >= 0) {
                var escaped = leaf.charAt(i + 1);
                quotes += escaped == '"' || escaped == '\'' ? 1 : 0;
                quote = escaped == '"' || escaped == '\'' ? escaped : '\0';
                i += 2;
                continue;
            }
            if (QUOTES.indexOf(c) >= 0) {
                quotes++;
                quote = c;
            } else if (c == ':' || c == '=' || c == '>') {
                assigned = true;
                equalsSign |= c == '=';
                quote = '\0';
            } else if (c == ',') {
                comma = true;
                quote = '\0';
            } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '|') {
                quote = '\0';
            } else if (" \t(?.!+~".indexOf(c) >= 0 && isSign(leaf.charAt(i + 1))) {
                quote = '\0'; // of operators such as ?= and .=
            } else if (!filled
                    && !assigned
                    && i > nameEnd
                    && (quotes == 0 || leaf.holds(i, "value="))) {
                // a type between the name and its value, or an attribute
                var to = leaf.runEnd(i, Alphabet.ALPHANUMERIC, MAX_FILLER);
                var sign = leaf.charAt(to) == ' ' ? leaf.charAt(to + 1) : leaf.charAt(to);
                if (to == i || !isSign(sign)) {
                    break;
                }
                i = to;
                filled = true;
                continue;
            } else {
                break;
            }
            i++;
        }
        if (i == nameEnd || i >= leaf.text().length() || i - nameEnd > maxGap) {
            return null;
        }
        return new Assignment(i, quote, assigned || (comma && quotes >= 2), equalsSign);
    }

    private static boolean isSign(char c) {
        return c == '=' || c == ':';
    }

    boolean quoted() {
        return quote != '\0';
    }

    /** End of a value that a person chose: at its quote, or where a blank or a bracket stands. */
    int passwordEnd(Leaf leaf) {
        if (!quoted()) {
            var to = leaf.runEnd(start, Alphabet.PASSWORD, MAX_QUOTED);
            while (to > start && ".:?".indexOf(leaf.charAt(to - 1)) >= 0) {
                to--;
            }
            return to;
        }
        for (var i = start; i - start < MAX_QUOTED; i++) {
            var c = leaf.charAt(i);
            if (c == quote || c == '\\' || c == '\0') {
                return i;
            }
            if (c == ' ' || c == '\n') {
                return start; // prose
            }
        }
        return start;
    }
}
