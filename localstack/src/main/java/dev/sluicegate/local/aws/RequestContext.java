package dev.sluicegate.local.aws;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Condition keys of one request and their values; key names are case-insensitive, as IAM's are. */
final class RequestContext {
    private final Map<String, List<String>> values = new HashMap<>();

    RequestContext put(String key, String value) {
        return put(key, List.of(value));
    }

    RequestContext put(String key, List<String> all) {
        values.put(key.toLowerCase(Locale.ROOT), List.copyOf(all));
        return this;
    }

    RequestContext putAll(Map<String, List<String>> more) {
        more.forEach(this::put);
        return this;
    }

    /** Values of the key; empty when the request does not have it. */
    List<String> values(String key) {
        return values.getOrDefault(key.toLowerCase(Locale.ROOT), List.of());
    }

    boolean has(String key) {
        return values.containsKey(key.toLowerCase(Locale.ROOT));
    }
}
