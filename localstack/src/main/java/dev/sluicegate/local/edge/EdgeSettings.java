package dev.sluicegate.local.edge;

import java.time.Duration;

/**
 * How the edge behaves.
 *
 * @param port on loopback; 0 takes a free one
 * @param shape which API it stands for
 * @param remapsHeaders whether {@code WWW-Authenticate} leaves under the name that REST APIs give it
 * @param bodyTimeout how long a client may take to send a body
 * @param integrationTimeout how long the function may take
 * @param concurrency how many requests the function may have at once; one more is answered with 429
 */
public record EdgeSettings(
        int port,
        Shape shape,
        boolean remapsHeaders,
        Duration bodyTimeout,
        Duration integrationTimeout,
        int concurrency) {
    private static final Duration BODY = Duration.ofSeconds(10);

    /** The hard limit of HTTP APIs is 30 s, the default of REST APIs 29 s. */
    private static final Duration INTEGRATION = Duration.ofSeconds(29);

    /** More than the clients of one machine need; a function in AWS has its reserved concurrency. */
    private static final int CONCURRENCY = 64;

    /** Which kind of API Gateway the router believes to be behind. */
    public enum Shape {
        /** Payload 1.0, Lambda proxy integration. */
        REST,
        /** Payload 2.0. */
        HTTP_API
    }

    public EdgeSettings {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("no port: " + port);
        }
        if (concurrency < 1) {
            throw new IllegalArgumentException("concurrency must be positive");
        }
        if (!bodyTimeout.isPositive() || !integrationTimeout.isPositive()) {
            throw new IllegalArgumentException("timeouts must be positive");
        }
    }

    /** REST events, headers as the router wrote them. */
    public static EdgeSettings on(int port) {
        return new EdgeSettings(port, Shape.REST, false, BODY, INTEGRATION, CONCURRENCY);
    }

    public EdgeSettings withShape(Shape other) {
        return new EdgeSettings(
                port, other, remapsHeaders, bodyTimeout, integrationTimeout, concurrency);
    }

    /** As a REST API really does it. */
    public EdgeSettings withRemappedHeaders() {
        return new EdgeSettings(port, shape, true, bodyTimeout, integrationTimeout, concurrency);
    }

    public EdgeSettings withBodyTimeout(Duration other) {
        return new EdgeSettings(port, shape, remapsHeaders, other, integrationTimeout, concurrency);
    }

    public EdgeSettings withIntegrationTimeout(Duration other) {
        return new EdgeSettings(port, shape, remapsHeaders, bodyTimeout, other, concurrency);
    }

    public EdgeSettings withConcurrency(int other) {
        return new EdgeSettings(port, shape, remapsHeaders, bodyTimeout, integrationTimeout, other);
    }
}
