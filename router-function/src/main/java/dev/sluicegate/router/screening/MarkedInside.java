package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tokens whose mark stands in the middle or at the end, so that they are read backwards from it. */
final class MarkedInside implements Detector {
    private static final String AZURE = "q~";
    private static final String MAILCHIMP = "-us";
    private static final String TELEGRAM = ":a";
    private static final String MAXMIND = "_mmk";
    private static final String TERRAFORM = ".atlasv1.";
    private static final String NEW_RELIC = "nral";
    private static final String DOT = ".";

    @Override
    public List<String> keywords() {
        return List.of(
                AZURE,
                MAILCHIMP,
                TELEGRAM,
                MAXMIND,
                TERRAFORM,
                NEW_RELIC,
                DOT,
                "$2a$",
                "$2b$",
                "$2y$",
                "$1$",
                "$5$",
                "$6$",
                "$apr1$",
                "$argon2id$",
                "$argon2i$",
                "$y$");
    }

    @Override
    public @Nullable Span at(Leaf leaf, int start, int end) {
        return switch (leaf.charAt(start)) {
            case '.' -> end - start == 1 ? discord(leaf, start) : terraform(leaf, start, end);
            case ':' -> telegram(leaf, start);
            case '-' -> mailchimp(leaf, start, end);
            case '_' -> before(leaf, start, end, "maxmind_key", Alphabet.WORD, 36);
            case 'Q', 'q' -> azure(leaf, start, end);
            case 'N', 'n' -> before(leaf, start, end, "newrelic_key", Alphabet.HEX, 36);
            default -> hash(leaf, start, end);
        };
    }

    /** A secret of an application in Microsoft Entra: the digit before the mark counts the version. */
    private static @Nullable Span azure(Leaf leaf, int start, int end) {
        var from = leaf.runStart(start, Alphabet.IDENTIFIER, 4);
        var to = leaf.runEnd(end, Alphabet.TOKEN, 35);
        return start - from == 4 && Leaf.isDigit(leaf.charAt(start - 1)) && to - end >= 31
                ? span(leaf, from, to, "azure_client_secret")
                : null;
    }

    private static @Nullable Span mailchimp(Leaf leaf, int start, int end) {
        var from = leaf.runStart(start, Alphabet.HEX, 33);
        var to = leaf.runEnd(end, Alphabet.DIGITS, 3);
        return start - from == 32
                        && to - end >= 1
                        && to - end <= 2
                        && !Leaf.isAlphanumeric(leaf.charAt(from - 1))
                ? span(leaf, from, to, "mailchimp_key")
                : null;
    }

    private static @Nullable Span telegram(Leaf leaf, int start) {
        if (!Leaf.isDigit(leaf.charAt(start - 1))) {
            return null;
        }
        var from = leaf.runStart(start, Alphabet.DIGITS, 17);
        var to = leaf.runEnd(start + 1, Alphabet.BASE64_URL, 36);
        var length = to - start - 1;
        return start - from >= 5
                        && start - from <= 16
                        && leaf.startsToken(from)
                        && (length == 35 || (length == 34 && leaf.holds(start + 1, "AA")))
                        && Shape.of(leaf, start + 1, to).digits() > 0
                ? span(leaf, from, to, "telegram_bot_token")
                : null;
    }

    private static @Nullable Span terraform(Leaf leaf, int start, int end) {
        var from = leaf.runStart(start, Alphabet.ALPHANUMERIC, 15);
        var to = leaf.runEnd(end, Alphabet.BASE64_URL, 80);
        return start - from == 14 && to - end >= 60
                ? span(leaf, from, to, "terraform_token")
                : null;
    }

    /** Three parts: the number of the bot in base64, a time, and the signature. */
    private static @Nullable Span discord(Leaf leaf, int dot) {
        if (leaf.charAt(dot + 7) != '.' || !Leaf.isAlphanumeric(leaf.charAt(dot - 1))) {
            return null;
        }
        var from = leaf.runStart(dot, Alphabet.BASE64_URL, 29);
        var to = leaf.runEnd(dot + 8, Alphabet.BASE64_URL, 41);
        var first = leaf.charAt(from);
        return dot - from >= 23
                        && dot - from <= 28
                        && (first == 'M' || first == 'N' || first == 'O')
                        && leaf.runEnd(dot + 1, Alphabet.BASE64_URL, 6) == dot + 7
                        && to - dot - 8 >= 27
                        && to - dot - 8 <= 40
                ? span(leaf, from, to, "discord_bot_token")
                : null;
    }

    private static @Nullable Span before(
            Leaf leaf, int start, int end, String type, Alphabet alphabet, int length) {
        var from = leaf.runStart(start, alphabet, length + 1);
        return start - from == length && !Leaf.isAlphanumeric(leaf.charAt(end))
                ? span(leaf, from, end, type)
                : null;
    }

    /**
     * A hashed password: can be guessed offline.
     *
     * @see <a href="https://man7.org/linux/man-pages/man5/crypt.5.html">crypt(5)</a>
     */
    private static @Nullable Span hash(Leaf leaf, int start, int end) {
        var to = leaf.runEnd(end, Alphabet.CRYPT, 200);
        var salt = leaf.text().indexOf('$', end, to);
        leaf.worked(to - end);
        var bcrypt = leaf.charAt(start + 1) == '2';
        return to - end >= 22 && (bcrypt ? to - end >= 56 : salt > end)
                ? span(leaf, start, to, "password_hash")
                : null;
    }

    private static Span span(Leaf leaf, int from, int to, String type) {
        return new Span(from, to, type, Label.CREDENTIAL, leaf.text().substring(from, to));
    }
}
