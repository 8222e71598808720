package dev.sluicegate.router.facade;

import java.util.List;

/**
 * A program that wants a person to log in.
 *
 * @param name as it calls itself
 * @param origin whose word the name is: the host of its metadata document, or empty when it registered itself
 * @param redirects where a login may end
 */
record LoginClient(String id, String name, String origin, List<String> redirects) {
    static final int MAX_NAME = 60;

    LoginClient {
        redirects = List.copyOf(redirects);
    }

    boolean mayRedirect(String asked) {
        return redirects.stream().anyMatch(registered -> RedirectUri.matches(registered, asked));
    }

    /** Fit for a page: no control characters, short. */
    static String printable(String name) {
        var plain = new StringBuilder();
        name.codePoints()
                .filter(c ->
                        switch (Character.getType(c)) {
                            case Character.CONTROL,
                                    Character.FORMAT,
                                    Character.SURROGATE,
                                    Character.PRIVATE_USE,
                                    Character.LINE_SEPARATOR,
                                    Character.PARAGRAPH_SEPARATOR ->
                                    false;
                            default -> true;
                        })
                .limit(MAX_NAME)
                .forEach(plain::appendCodePoint);
        return plain.toString().strip();
    }
}
