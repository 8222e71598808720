package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Mail addresses as people write them; what only a mail server would accept is left alone. */
final class EmailAddress implements Detector {
    static final String TYPE = "email_address";

    private static final int MAX_LOCAL_PART = 64;
    private static final int MAX_DOMAIN = 253;

    /** Ends of file names that look like a domain. */
    private static final Set<String> FILES =
            Names.listed(
                    """
                    png jpg jpeg gif svg webp ico css js mjs ts tsx jsx html json xml yaml yml
                    txt pdf zip gz tar jar internal local localdomain
                    """);

    @Override
    public List<String> keywords() {
        return List.of("@", "%40");
    }

    @Override
    public @Nullable Span at(Leaf leaf, int start, int end) {
        var from = leaf.runStart(start, Alphabet.MAILBOX, MAX_LOCAL_PART + 1);
        while (from < start && ".%'-".indexOf(leaf.charAt(from)) >= 0) {
            from++;
        }
        if (from == start
                || start - from > MAX_LOCAL_PART
                || leaf.charAt(start - 1) == '.'
                || leaf.charAt(from - 1) == '@') {
            return null;
        }
        var to = leaf.runEnd(end, Alphabet.HOST, MAX_DOMAIN + 1);
        while (to > end && ".-".indexOf(leaf.charAt(to - 1)) >= 0) {
            to--; // of the sentence
        }
        var behind = leaf.charAt(to);
        if (to - end > MAX_DOMAIN || behind == '@' || behind == '_' || !isDomain(leaf, end, to)) {
            return null;
        }
        // git@host:owner/repository
        if (behind == ':' && Leaf.isAlphanumeric(leaf.charAt(to + 1)) && isGit(leaf, from, start)) {
            return null;
        }
        var address = leaf.text().substring(from, to).toLowerCase(Locale.ROOT);
        return new Span(from, to, TYPE, Label.PII, address);
    }

    private static boolean isGit(Leaf leaf, int from, int to) {
        return to - from == 3 && leaf.holds(from, "git");
    }

    private static boolean isDomain(Leaf leaf, int from, int to) {
        var label = from;
        var labels = 0;
        for (var i = from; i <= to; i++) {
            if (i == to || leaf.charAt(i) == '.') {
                if (i == label || leaf.charAt(label) == '-') {
                    return false;
                }
                labels++;
                if (i < to) {
                    label = i + 1;
                }
            }
        }
        if (labels < 2 || to - label < 2) {
            return false;
        }
        for (var i = label; i < to; i++) {
            if (Leaf.isDigit(leaf.charAt(i)) && !leaf.holds(label, "xn--")) {
                return false;
            }
        }
        return !FILES.contains(leaf.text().substring(label, to).toLowerCase(Locale.ROOT));
    }
}
