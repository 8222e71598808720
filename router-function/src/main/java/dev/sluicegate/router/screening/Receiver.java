package dev.sluicegate.router.screening;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One receiver.
 *
 * @param address {@code local@domain} or {@code scheme://domain[:port]}
 * @param domain in ASCII, lower case, without a final dot
 */
record Receiver(String address, String domain) {
    /** The part of RFC 5322's atext that no mail system gives a meaning of its own. */
    private static final Pattern LOCAL_PART =
            Pattern.compile("[A-Za-z0-9_+'&~-]+(?:\\.[A-Za-z0-9_+'&~-]+)*");

    private static final Pattern LABEL = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern TOP_LEVEL = Pattern.compile("[a-z]{2,63}|xn--[a-z0-9-]{1,59}");
    private static final Pattern SCHEME = Pattern.compile("(?i)https?://.*", Pattern.DOTALL);
    private static final int MAX_DOMAIN = 253;

    /** The receiver that {@code text} is, all of it; null when it is not exactly one. */
    static @Nullable Receiver of(String text) {
        return SCHEME.matcher(text).matches() ? url(text) : mailbox(text);
    }

    private static @Nullable Receiver mailbox(String text) {
        var at = text.indexOf('@');
        if (at < 1
                || at != text.lastIndexOf('@')
                || at > Receivers.MAX_LOCAL_PART
                || text.length() > Receivers.MAX_ADDRESS) {
            return null;
        }
        var local = text.substring(0, at);
        var domain = domain(text.substring(at + 1));
        if (domain == null || !LOCAL_PART.matcher(local).matches()) {
            return null;
        }
        return new Receiver(local.toLowerCase(Locale.ROOT) + "@" + domain, domain);
    }

    private static @Nullable Receiver url(String text) {
        if (text.length() > Receivers.MAX_URL
                || !text.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '\\')) {
            return null;
        }
        try {
            var uri = new URI(text);
            var host = uri.getHost();
            // an authority that is more than host and port hides a host behind another
            if (host == null || uri.getRawUserInfo() != null || uri.getPort() > 65_535) {
                return null;
            }
            var port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
            if (!(host + port).equalsIgnoreCase(uri.getRawAuthority())) {
                return null;
            }
            var domain = domain(host);
            return domain == null
                    ? null
                    : new Receiver(
                            uri.getScheme().toLowerCase(Locale.ROOT) + "://" + domain + port,
                            domain);
        } catch (URISyntaxException e) {
            return null;
        }
    }

    /** A domain in ASCII; null unless the text says the same domain to every reader. */
    private static @Nullable String domain(String text) {
        if (text.isEmpty() || text.length() > MAX_DOMAIN) {
            return null;
        }
        var lower = Normalizer.normalize(text, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
        String ascii;
        try {
            ascii = IDN.toASCII(lower, IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.ROOT);
            // mapped characters (full width letters, other full stops, sharp s) come back as others
            var back = IDN.toUnicode(ascii, IDN.USE_STD3_ASCII_RULES);
            if (!back.equals(lower) && !ascii.equals(lower)) {
                return null;
            }
            if (back.startsWith("xn--") || back.contains(".xn--")) {
                return null; // claims to be encoded and is not
            }
            if (!IDN.toASCII(back, IDN.USE_STD3_ASCII_RULES).equalsIgnoreCase(ascii)) {
                return null;
            }
        } catch (IllegalArgumentException e) {
            return null;
        }
        var labels = ascii.split("\\.", -1);
        if (ascii.length() > MAX_DOMAIN || labels.length < 2) {
            return null;
        }
        for (var label : labels) {
            if (!LABEL.matcher(label).matches()) {
                return null;
            }
        }
        return TOP_LEVEL.matcher(labels[labels.length - 1]).matches() ? ascii : null;
    }
}
