package dev.sluicegate.router.screening;

import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * Made-up secrets from a template, so that no scanner finds one in this repository: {@code {w36}} is 36
 * characters of an alphabet, drawn with a fixed seed.
 */
final class Template {
    private static final Pattern PART = Pattern.compile("\\{([a-zA-Z])(\\d+)}");

    private static final Map<String, String> ALPHABETS =
            Map.of(
                    "w",
                    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
                    "h",
                    "0123456789abcdef",
                    "d",
                    "0123456789",
                    "l",
                    "abcdefghijklmnopqrstuvwxyz0123456789",
                    "u",
                    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
                    "b",
                    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
                    "k",
                    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private Template() {}

    static String filled(String template) {
        var random = new Random(template.hashCode());
        return PART.matcher(template)
                .replaceAll(part ->
                        drawn(
                                random,
                                ALPHABETS.getOrDefault(part.group(1), ""),
                                Integer.parseInt(part.group(2))));
    }

    /** With letters and digits at both ends, as a token has them. */
    private static String drawn(Random random, String alphabet, int length) {
        var drawn = new StringBuilder(Planted.characters(random, alphabet, length));
        if (length > 4) {
            drawn.setCharAt(0, alphabet.contains("a") ? 'a' : alphabet.contains("A") ? 'A' : '7');
            drawn.setCharAt(length / 2, '4');
            drawn.setCharAt(length - 1, '9');
        }
        return drawn.toString();
    }
}
