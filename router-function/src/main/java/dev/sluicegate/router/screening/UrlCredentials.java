package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Passwords in URLs, {@code scheme://user:password@host}: connection strings of databases and brokers,
 * basic authentication of web addresses.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1">RFC 3986, section 3.2.1</a>
 */
final class UrlCredentials implements Detector {
    private static final int MAX_SCHEME = 24;
    private static final int MAX_USER_INFO = 512;
    private static final int MIN_PASSWORD = 3;
    private static final String THIN = ":thin:";

    private static final Set<String> WEB =
            Set.of("http", "https", "ftp", "ftps", "git", "ssh", "ws");

    @Override
    public List<String> keywords() {
        return List.of("://", THIN);
    }

    @Override
    public @Nullable Span at(Leaf leaf, int start, int end) {
        if (leaf.charAt(start + 1) == 't' || leaf.charAt(start + 1) == 'T') {
            return oracle(leaf, end);
        }
        if (!Leaf.isAlphanumeric(leaf.charAt(start - 1))) {
            return null;
        }
        var colon = -1;
        var at = -1;
        var i = end;
        while (i - end < MAX_USER_INFO) {
            var c = leaf.charAt(i);
            if (c == '@') {
                at = i; // a password may hold one, a host may not
            } else if (c == ':' && colon < 0) {
                colon = i;
            } else if (c <= ' '
                    || "\"'`<>\\".indexOf(c) >= 0
                    || (at >= 0 && "/?#,".indexOf(c) >= 0)) {
                break;
            } else if (at < 0
                    && "/?#".indexOf(c) >= 0
                    && (colon < 0 || leaf.runEnd(colon + 1, Alphabet.DIGITS, 6) == i)) {
                return null; // a host, or a host and its port, without anything before it
            }
            i++;
        }
        if (colon < 0 || at < colon || at - colon <= MIN_PASSWORD) {
            return null;
        }
        var password = leaf.text().substring(colon + 1, at);
        leaf.worked(password.length());
        if (isPlaceholder(password)) {
            return null;
        }
        var scheme =
                leaf.text()
                        .substring(leaf.runStart(start, Alphabet.IDENTIFIER, MAX_SCHEME), start)
                        .toLowerCase(Locale.ROOT);
        return new Span(
                colon + 1,
                at,
                WEB.contains(scheme) ? "url_password" : "connection_string",
                Label.CREDENTIAL,
                password);
    }

    /** {@code jdbc:oracle:thin:user/password@host}. */
    private static @Nullable Span oracle(Leaf leaf, int end) {
        var user = leaf.runEnd(end, Alphabet.IDENTIFIER, 64);
        if (user == end || leaf.charAt(user) != '/') {
            return null;
        }
        var to = leaf.runEnd(user + 1, Alphabet.IDENTIFIER, 128);
        return to - user <= MIN_PASSWORD || leaf.charAt(to) != '@'
                ? null
                : new Span(
                        user + 1,
                        to,
                        "connection_string",
                        Label.CREDENTIAL,
                        leaf.text().substring(user + 1, to));
    }

    private static boolean isPlaceholder(String password) {
        var first = password.charAt(0);
        return ("<${[*%(".indexOf(first) >= 0 && !isPercentEncoded(password))
                || password.chars().distinct().count() <= 1
                || password.contains("//");
    }

    private static boolean isPercentEncoded(String password) {
        return password.length() > 4
                && password.charAt(0) == '%'
                && Leaf.isHex(password.charAt(1))
                && Leaf.isHex(password.charAt(2));
    }
}
