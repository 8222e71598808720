package dev.sluicegate.router.chain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How often one principal may call. Two token buckets count each call that runs: one of the principal for
 * all tools, over all clients, and one of the principal for the tool.
 *
 * @param principal over all tools
 * @param tool of each tool that {@code tools} does not name
 * @param tools by name
 */
public record RateLimits(Limit principal, Limit tool, Map<String, Limit> tools) {
    /** More than a person's assistant ever needs, less than what a loop does. */
    public static final RateLimits DEFAULT =
            new RateLimits(new Limit(120, 600), new Limit(60, 300), Map.of());

    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final Set<String> FIELDS = Set.of("principal", "tool", "tools");

    public RateLimits {
        tools = Map.copyOf(tools);
    }

    /**
     * A token bucket.
     *
     * @param burst calls that a full bucket holds
     * @param perMinute calls that come back in a minute
     */
    public record Limit(int burst, int perMinute) {
        private static final long MINUTE_MICROS = Duration.ofMinutes(1).toNanos() / 1_000;
        private static final int MAX = 1_000_000;

        public Limit {
            if (burst < 1 || burst > MAX || perMinute < 1 || perMinute > MAX) {
                throw new IllegalArgumentException(
                        "a rate limit has a burst and a number per minute of 1 to "
                                + MAX
                                + ", not "
                                + burst
                                + " and "
                                + perMinute);
            }
        }

        /** How long one call takes to come back. */
        long stepMicros() {
            return MINUTE_MICROS / perMinute;
        }

        Duration toFill() {
            return Duration.of(burst * stepMicros(), ChronoUnit.MICROS);
        }

        /** The latest moment at which a bucket may be full again if it is to give one more call now. */
        long latestMicros(long nowMicros) {
            return nowMicros + (burst - 1L) * stepMicros();
        }
    }

    Limit of(String tool) {
        return tools.getOrDefault(tool, this.tool);
    }

    /** How long it takes at most until an empty bucket is full. */
    Duration slowest() {
        return Stream.concat(Stream.of(principal, tool), tools.values().stream())
                .map(Limit::toFill)
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    /**
     * Reads {@code {"principal": {"burst": 120, "perMinute": 600}, "tool": {…}, "tools": {"name": {…}}}}; what
     * is left out is as in {@link #DEFAULT}.
     *
     * @throws IllegalArgumentException if it is anything else: a limit that is misspelt is no limit
     */
    public static RateLimits parse(String text) {
        JsonNode json;
        try {
            json = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("rate limits are not JSON", e);
        }
        if (!json.isObject()) {
            throw new IllegalArgumentException("rate limits are not a JSON object");
        }
        json.fieldNames()
                .forEachRemaining(name -> {
                    if (!FIELDS.contains(name)) {
                        throw new IllegalArgumentException(
                                "rate limits have no field `" + name + "`");
                    }
                });
        var tools = new HashMap<String, Limit>();
        json.path("tools")
                .properties()
                .forEach(each -> tools.put(each.getKey(), limit(each.getValue(), each.getKey())));
        return new RateLimits(
                json.has("principal")
                        ? limit(json.path("principal"), "principal")
                        : DEFAULT.principal(),
                json.has("tool") ? limit(json.path("tool"), "tool") : DEFAULT.tool(),
                tools);
    }

    private static Limit limit(JsonNode json, String of) {
        if (json.size() != 2 || !json.path("burst").isInt() || !json.path("perMinute").isInt()) {
            throw new IllegalArgumentException(
                    "the rate limit of `" + of + "` is not {\"burst\": n, \"perMinute\": n}");
        }
        return new Limit(json.path("burst").intValue(), json.path("perMinute").intValue());
    }
}
