package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code curl -u user:password}, {@code sshpass -p password}: commands whose options everybody knows. */
final class CommandLine implements Detector {
    private static final int MAX_COMMAND = 1_024;
    private static final int MAX_USER = 256;

    private static final Set<String> NO_PASSWORDS =
            Set.of("password", "pass", "passwd", "pwd", "test", "secret", "token");

    @Override
    public List<String> keywords() {
        return List.of("curl", "psexec", "sshpass", " -u", "--user", " -p ");
    }

    @Override
    public @Nullable Span at(Leaf leaf, int start, int end) {
        var c = leaf.charAt(start);
        if (c != ' ' && c != '-') {
            leaf.commandAt(start);
            return null;
        }
        if (leaf.command() < 0 || start - leaf.command() > MAX_COMMAND) {
            return null;
        }
        var curl = "cC".indexOf(leaf.charAt(leaf.command())) >= 0;
        if (leaf.charAt(start + 2) == 'p') {
            return curl ? null : password(leaf, end);
        }
        if (!curl) {
            return null;
        }
        var i = end;
        while (i - end < 3 && (leaf.charAt(i) == ' ' || leaf.charAt(i) == '=')) {
            i++;
        }
        var quote = leaf.charAt(i);
        var quoted = quote == '"' || quote == '\'';
        var from = quoted ? i + 1 : i;
        var colon = -1;
        var to = from;
        while (to - from < MAX_USER) {
            var at = leaf.charAt(to);
            if (at == '\0' || at == '\n' || (quoted ? at == quote : at == ' ' || at == '\\')) {
                break;
            }
            if (at == ':' && colon < 0) {
                colon = to;
            }
            to++;
        }
        if (colon < 0) {
            return null;
        }
        var password = leaf.text().substring(colon + 1, to);
        var user = leaf.text().substring(from, colon);
        leaf.worked(to - from);
        if (isGiven(password) && !password.equals(user)) {
            return new Span(colon + 1, to, "basic_auth", Label.CREDENTIAL, password);
        }
        return password.isEmpty() && isGiven(user) && user.chars().anyMatch(Character::isDigit)
                ? new Span(
                        from, colon, "basic_auth", Label.CREDENTIAL, user) // a key and no password
                : null;
    }

    private static @Nullable Span password(Leaf leaf, int start) {
        var quote = leaf.charAt(start);
        var from = quote == '"' || quote == '\'' ? start + 1 : start;
        var to = leaf.runEnd(from, Alphabet.PASSWORD, MAX_USER);
        var password = leaf.text().substring(from, to);
        return isGiven(password)
                ? new Span(from, to, "basic_auth", Label.CREDENTIAL, password)
                : null;
    }

    private static boolean isGiven(String value) {
        return value.length() >= 4
                && value.indexOf(' ') < 0
                && "$<[{*%".indexOf(value.charAt(0)) < 0
                && value.indexOf('$') != 0
                && value.chars().distinct().count() > 2
                && !NO_PASSWORDS.contains(value.toLowerCase(Locale.ROOT));
    }
}
