package dev.sluicegate.router.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The two event shapes of API Gateway, read and answered.
 *
 * @see <a href="https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html">REST
 *     API proxy integration</a>
 * @see <a href="https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html">HTTP
 *     API, payload format 2.0</a>
 */
enum GatewayEvent {
    /** REST API, and HTTP API with payload format 1.0. */
    REST {
        @Override
        HttpRequest request(JsonNode event) {
            var headers = new HashMap<String, List<String>>();
            var query = new HashSet<String>();
            var multi = event.path("multiValueHeaders");
            for (var header : (multi.isObject() ? multi : event.path("headers")).properties()) {
                headers.computeIfAbsent(lower(header.getKey()), _ -> new ArrayList<>())
                        .addAll(texts(header.getValue()));
            }
            event.path("queryStringParameters")
                    .fieldNames()
                    .forEachRemaining(n -> query.add(lower(n)));
            event.path("multiValueQueryStringParameters")
                    .fieldNames()
                    .forEachRemaining(n -> query.add(lower(n)));
            return new HttpRequest(
                    event.path("httpMethod").asText(),
                    event.path("path").asText(),
                    query,
                    encoded(event),
                    headers,
                    body(event),
                    event.path("isBase64Encoded").asBoolean(),
                    event.path("requestContext").path("identity").path("sourceIp").textValue());
        }

        @Override
        void putHeader(ObjectNode response, String name, String value) {
            response.withObjectProperty("multiValueHeaders").putArray(name).add(value);
        }
    },

    /** HTTP API and function URLs, payload format 2.0. */
    HTTP {
        @Override
        HttpRequest request(JsonNode event) {
            var headers = new HashMap<String, List<String>>();
            for (var header : event.path("headers").properties()) {
                headers.put(lower(header.getKey()), texts(header.getValue()));
            }
            if (event.path("cookies").isArray()) {
                // in this shape they are no header
                headers.put("cookie", List.of(String.join("; ", texts(event.path("cookies")))));
            }
            var http = event.path("requestContext").path("http");
            return new HttpRequest(
                    http.path("method").asText(),
                    withoutStage(event),
                    names(event.path("rawQueryString").asText()),
                    event.path("rawQueryString").asText(),
                    headers,
                    body(event),
                    event.path("isBase64Encoded").asBoolean(),
                    http.path("sourceIp").textValue());
        }

        @Override
        void putHeader(ObjectNode response, String name, String value) {
            response.withObjectProperty("headers").put(name, value);
        }
    };

    abstract HttpRequest request(JsonNode event);

    abstract void putHeader(ObjectNode response, String name, String value);

    static GatewayEvent of(JsonNode event) {
        return "2.0".equals(event.path("version").textValue()) ? HTTP : REST;
    }

    /** The only place that writes a response. */
    ObjectNode write(HttpResponse response) {
        var json = JsonNodeFactory.instance.objectNode();
        json.put("statusCode", response.status());
        response.headers().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(header -> putHeader(json, header.getKey(), header.getValue()));
        var body = response.body();
        if (response.html() != null) {
            putHeader(json, "Content-Type", "text/html; charset=utf-8");
            json.put("body", response.html());
        } else if (body == null) {
            json.put("body", "");
        } else if (response.before().isEmpty()) {
            putHeader(json, "Content-Type", "application/json");
            json.put("body", body.toString());
        } else {
            putHeader(json, "Content-Type", "text/event-stream");
            // a proxy that collects events would be of no use to whoever waits for them
            putHeader(json, "X-Accel-Buffering", "no");
            var events = new StringBuilder();
            response.before().forEach(message -> event(events, message));
            event(events, body);
            json.put("body", events.toString());
        }
        json.put("isBase64Encoded", false);
        return json;
    }

    /** JSON of one line, so one {@code data} field. No id: nothing can be resumed here. */
    private static void event(StringBuilder events, JsonNode message) {
        events.append("event: message\ndata: ").append(message).append("\n\n");
    }

    /** A named stage of an HTTP API is the first part of its path; {@code $default} is not. */
    private static String withoutStage(JsonNode event) {
        var path = event.path("rawPath").asText();
        var prefix = "/" + event.path("requestContext").path("stage").asText();
        return prefix.length() > 1 && path.startsWith(prefix + "/")
                ? path.substring(prefix.length())
                : path;
    }

    private static Set<String> names(String query) {
        var names = new HashSet<String>();
        for (var pair : query.split("&", -1)) {
            var equals = pair.indexOf('=');
            var name = equals < 0 ? pair : pair.substring(0, equals);
            try {
                names.add(lower(URLDecoder.decode(name, StandardCharsets.UTF_8)));
            } catch (IllegalArgumentException e) {
                names.add(lower(name)); // a broken escape is no name of ours
            }
        }
        return names;
    }

    /** A REST API decodes the query; encoded again, it is read like that of the other shape. */
    private static String encoded(JsonNode event) {
        var multi = event.path("multiValueQueryStringParameters");
        var pairs = new ArrayList<String>();
        for (var parameter :
                (multi.isObject() ? multi : event.path("queryStringParameters")).properties()) {
            var name = URLEncoder.encode(parameter.getKey(), StandardCharsets.UTF_8);
            for (var value : texts(parameter.getValue())) {
                pairs.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
            }
        }
        return String.join("&", pairs);
    }

    private static List<String> texts(JsonNode value) {
        if (!value.isArray()) {
            return List.of(value.asText());
        }
        var texts = new ArrayList<String>();
        value.forEach(item -> texts.add(item.asText()));
        return List.copyOf(texts);
    }

    private static String body(JsonNode event) {
        @Nullable String body = event.path("body").textValue();
        return body == null ? "" : body;
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
