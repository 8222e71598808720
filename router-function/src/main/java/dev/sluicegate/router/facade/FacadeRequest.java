package dev.sluicegate.router.facade;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the edge hands on.
 *
 * @param query undecoded, without the question mark; empty for none
 * @param cookies as in the header {@code Cookie}, or null
 * @param contentType of the body, or null
 */
public record FacadeRequest(
        String method,
        String path,
        String query,
        @Nullable String cookies,
        @Nullable String contentType,
        String body) {

    /** Value of a cookie, or null; of two with one name the first. */
    @Nullable String cookie(String name) {
        if (cookies == null) {
            return null;
        }
        for (var pair : cookies.split(";", -1)) {
            var equals = pair.indexOf('=');
            if (equals > 0 && pair.substring(0, equals).strip().equals(name)) {
                return pair.substring(equals + 1).strip();
            }
        }
        return null;
    }

    /** The parameters of the query. */
    Parameters parameters() {
        return Parameters.of(query);
    }

    /** The parameters of a form; none when the body is something else. */
    Parameters form() {
        return contentType != null
                        && contentType
                                .split(";", 2)[0]
                                .strip()
                                .equalsIgnoreCase("application/x-www-form-urlencoded")
                ? Parameters.of(body)
                : Parameters.of("");
    }

    /**
     * Decoded parameters.
     *
     * @param repeated whether a name was there twice, which RFC 6749 forbids
     */
    record Parameters(Map<String, String> values, boolean repeated) {
        Parameters {
            values = Map.copyOf(values);
        }

        static Parameters of(String text) {
            var values = new LinkedHashMap<String, String>();
            var repeated = false;
            for (var pair : text.split("&", -1)) {
                if (!pair.isEmpty()) {
                    var equals = pair.indexOf('=');
                    var name = decoded(equals < 0 ? pair : pair.substring(0, equals));
                    var value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
                    repeated |= values.put(name, value) != null;
                }
            }
            return new Parameters(values, repeated);
        }

        /** Empty when there is none: RFC 6749 takes an empty parameter for an absent one. */
        String get(String name) {
            return values.getOrDefault(name, "");
        }

        private static String decoded(String text) {
            try {
                return URLDecoder.decode(text, StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                return text; // a broken escape matches nothing that was registered
            }
        }
    }

    @Override
    public String toString() {
        return "FacadeRequest[" + method + " " + path + "]"; // codes and tokens are in the rest
    }
}
