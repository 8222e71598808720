package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opaque tokens behind {@code Bearer}, in Authorization headers and in fields of token responses. */
final class BearerToken implements Detector {
    private static final int MIN_LENGTH = 12;

    /** From here on a run is a token whatever it looks like. INVARIANT: bounds a failed attempt. */
    private static final int SURELY = 64;

    private static final int MAX_SCHEME = 24;

    @Override
    public List<String> keywords() {
        return List.of(
                "bearer",
                "authorization",
                "access_token",
                "access-token",
                "accesstoken",
                "refresh_token",
                "refresh-token",
                "refreshtoken",
                "id_token",
                "idtoken",
                "auth_token",
                "auth-token",
                "authtoken",
                "bearer_token",
                "bearertoken",
                "api_token",
                "api-token",
                "apitoken");
    }

    @Override
    public @Nullable Span at(Leaf leaf, int start, int end) {
        if (leaf.text().regionMatches(true, start, "authorization", 0, end - start)) {
            var value = leaf.assigned(end);
            return value < 0 ? null : credentials(leaf, value);
        }
        if (leaf.text().regionMatches(true, start, "bearer", 0, end - start)) {
            var value = behindScheme(leaf, end);
            if (value >= 0) {
                return token(leaf, value, Alphabet.TOKEN);
            }
        }
        var value = leaf.assigned(end);
        return value < 0 ? null : token(leaf, value, Alphabet.TOKEN);
    }

    /** The value of an Authorization header: a token, or a scheme and its credentials. */
    private static @Nullable Span credentials(Leaf leaf, int start) {
        var scheme = leaf.runEnd(start, Alphabet.KEY, MAX_SCHEME);
        var value = behindScheme(leaf, scheme);
        var behind = value < 0 ? null : token(leaf, value, Alphabet.CREDENTIAL);
        return behind == null ? token(leaf, start, Alphabet.CREDENTIAL) : behind;
    }

    /** Start of what stands behind a scheme and one or more spaces, or -1. */
    private static int behindScheme(Leaf leaf, int end) {
        var i = end;
        while (i - end < 4 && leaf.charAt(i) == ' ') {
            i++;
        }
        if (i == end && leaf.charAt(i) == '+') {
            i++;
        } else if (i == end && leaf.text().startsWith("%20", i)) {
            i += 3;
        }
        return i == end || i >= leaf.text().length() ? -1 : i;
    }

    private static @Nullable Span token(Leaf leaf, int start, Alphabet alphabet) {
        var to = leaf.runEnd(start, alphabet, SURELY);
        if (to - start < MIN_LENGTH) {
            return null;
        }
        if (to - start == SURELY) {
            to = leaf.runEnd(start, alphabet, Integer.MAX_VALUE);
        } else if (!looksRandom(leaf.text(), start, to)) {
            return null;
        }
        while (to > start && ".:".indexOf(leaf.charAt(to - 1)) >= 0) {
            to--; // punctuation of the sentence around
        }
        var token = leaf.text().substring(start, to);
        return new Span(start, to, "bearer_token", Label.CREDENTIAL, token);
    }

    /** Words and names have no digits, and their upper case letters come first. */
    private static boolean looksRandom(String text, int start, int end) {
        var digits = 0;
        var letters = 0;
        var humps = 0;
        for (var i = start; i < end; i++) {
            var c = text.charAt(i);
            if (Leaf.isDigit(c)) {
                digits++;
            } else if (Leaf.isAlphanumeric(c)) {
                letters++;
                humps +=
                        Character.isUpperCase(c)
                                        && i > start
                                        && !Character.isUpperCase(text.charAt(i - 1))
                                ? 1
                                : 0;
            }
        }
        return (digits > 0 && letters > 0) || digits >= MIN_LENGTH || humps >= 3;
    }
}
