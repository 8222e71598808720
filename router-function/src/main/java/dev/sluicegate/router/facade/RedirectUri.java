package dev.sluicegate.router.facade;

import dev.sluicegate.router.identity.ProtectedResource;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/** Where a login may end. */
final class RedirectUri {
    static final int MAX_LENGTH = 200;

    /** Editors that open their own links; a scheme that a stranger chooses is a program on somebody's machine. */
    private static final Set<String> EDITORS = Set.of("cursor", "vscode", "vscode-insiders");

    private static final Pattern PLAIN = Pattern.compile("[\\x21-\\x7E]+");

    private RedirectUri() {}

    /** Over TLS, on the person's own machine, or in an editor; no fragment, no user. */
    static boolean isAcceptable(String text) {
        if (text.length() > MAX_LENGTH || !PLAIN.matcher(text).matches()) {
            return false;
        }
        try {
            var uri = new URI(text);
            if (uri.getScheme() == null
                    || uri.getHost() == null
                    || uri.getRawUserInfo() != null
                    || uri.getRawFragment() != null) {
                return false;
            }
            return "https".equals(uri.getScheme())
                    || EDITORS.contains(uri.getScheme())
                    || isLoopback(uri);
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /**
     * Letter by letter, except that a program on the person's own machine may listen where it can.
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc8252#section-7.3">RFC 8252, section 7.3</a>
     */
    static boolean matches(String registered, String asked) {
        if (registered.equals(asked)) {
            return true;
        }
        if (!isAcceptable(asked)) {
            return false;
        }
        var known = URI.create(registered);
        var now = URI.create(asked);
        return isLoopback(known)
                && isLoopback(now)
                && known.getHost().equals(now.getHost())
                && Objects.equals(known.getRawPath(), now.getRawPath())
                && Objects.equals(known.getRawQuery(), now.getRawQuery());
    }

    private static boolean isLoopback(URI uri) {
        return "http".equals(uri.getScheme())
                && uri.getHost() != null
                && ProtectedResource.isLoopback(uri.getHost());
    }

    /** For a Content-Security-Policy: the origin, or the scheme of an editor's link. */
    static String source(String redirect) {
        var uri = URI.create(redirect);
        return EDITORS.contains(uri.getScheme())
                ? uri.getScheme() + ":"
                : uri.getScheme() + "://" + uri.getRawAuthority();
    }
}
