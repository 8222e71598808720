package dev.sluicegate.local.aws;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * IAM patterns: {@code *} and {@code ?} as wildcards, {@code ${key}} and {@code ${key, 'default'}} as policy
 * variables. What a variable brings in is literal, also where it holds a {@code *}.
 */
final class Glob {
    /** Stand for the wildcards, so that a literal star (from a variable) can be told from a wildcard. */
    private static final char ANY = '\uE000';

    private static final char ONE = '\uE001';

    private static final Pattern VARIABLE =
            Pattern.compile("\\$\\{\\s*([^},]+?)\\s*(?:,\\s*'([^']*)'\\s*)?}");

    private Glob() {}

    /** Turns a policy's text into a pattern; empty when a variable has no single value. */
    static Optional<String> compile(String text, RequestContext context) {
        return expand(text, context, true);
    }

    /** Replaces variables only: for operators that compare text exactly. */
    static Optional<String> literal(String text, RequestContext context) {
        return expand(text, context, false);
    }

    private static Optional<String> expand(String text, RequestContext context, boolean wildcards) {
        if (text.indexOf(ANY) >= 0 || text.indexOf(ONE) >= 0) {
            return Optional.empty();
        }
        Matcher matcher = VARIABLE.matcher(text);
        var out = new StringBuilder();
        int at = 0;
        while (matcher.find()) {
            out.append(wild(text.substring(at, matcher.start()), wildcards));
            at = matcher.end();
            String name = matcher.group(1);
            if (name.equals("*") || name.equals("?") || name.equals("$")) {
                out.append(name);
                continue;
            }
            List<String> values = context.values(name);
            if (values.size() > 1) {
                return Optional.empty();
            }
            String value = values.isEmpty() ? matcher.group(2) : values.getFirst();
            if (value == null || value.indexOf(ANY) >= 0 || value.indexOf(ONE) >= 0) {
                return Optional.empty();
            }
            out.append(value);
        }
        String rest = text.substring(at);
        if (rest.contains("${")) {
            return Optional.empty();
        }
        return Optional.of(out.append(wild(rest, wildcards)).toString());
    }

    private static String wild(String text, boolean wildcards) {
        return wildcards ? text.replace('*', ANY).replace('?', ONE) : text;
    }

    /** Whether {@code value} fits a compiled pattern. */
    static boolean matches(String pattern, String value) {
        int p = 0;
        int v = 0;
        int star = -1;
        int mark = 0;
        while (v < value.length()) {
            char c = p < pattern.length() ? pattern.charAt(p) : '\0';
            if (p < pattern.length() && c == ANY) {
                star = p++;
                mark = v;
            } else if (p < pattern.length() && (c == ONE || c == value.charAt(v))) {
                p++;
                v++;
            } else if (star >= 0) {
                p = star + 1;
                v = ++mark;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == ANY) {
            p++;
        }
        return p == pattern.length();
    }

    /** As {@link #matches}, but a wildcard in one of the first five parts of an ARN stays within that part. */
    static boolean matchesArn(String pattern, String arn) {
        if (pattern.length() == 1 && pattern.charAt(0) == ANY) {
            return true;
        }
        String[] wanted = pattern.split(":", 6);
        String[] parts = arn.split(":", 6);
        if (wanted.length < 6 || parts.length < 6) {
            return matches(pattern, arn);
        }
        for (int i = 0; i < 6; i++) {
            if (!matches(wanted[i], parts[i])) {
                return false;
            }
        }
        return true;
    }
}
