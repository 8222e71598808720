package dev.sluicegate.local.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A request as API Gateway tells a Lambda function about it, and the function's answer as API Gateway
 * understands it.
 *
 * @see <a href="https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html">Payload
 *     formats</a>
 */
final class ProxyEvent {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String ACCOUNT = "000000000000";
    private static final String API_ID = "local";
    private static final DateTimeFormatter REQUEST_TIME =
            DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final Pattern TEXT =
            Pattern.compile(
                    "(?i)(text/.*|application/(.*\\+)?(json|xml|javascript)|application/x-www-form-urlencoded)(\\s*;.*)?");

    private ProxyEvent() {}

    /**
     * @param rawPath still percent-encoded
     * @param headers in the order and spelling they came
     */
    record Incoming(
            String method,
            String rawPath,
            @Nullable String rawQuery,
            Map<String, List<String>> headers,
            byte[] body,
            String sourceIp,
            String protocol,
            Instant at) {}

    /** What goes back to the client. */
    record Outgoing(int status, Map<String, List<String>> headers, byte[] body) {}

    /** The function answered something that API Gateway does not understand. */
    static final class MalformedAnswerException extends Exception {
        MalformedAnswerException(String message) {
            super(message);
        }
    }

    /** Payload 1.0. */
    static byte[] rest(Incoming request) {
        var event = JsonNodeFactory.instance.objectNode();
        var path = URLDecoder.decode(request.rawPath().replace("+", "%2B"), StandardCharsets.UTF_8);
        event.put("resource", "/{proxy+}").put("path", path).put("httpMethod", request.method());
        var single = event.putObject("headers");
        var multi = event.putObject("multiValueHeaders");
        request.headers()
                .forEach((name, values) -> {
                    single.put(name, values.getLast());
                    var all = multi.putArray(name);
                    values.forEach(all::add);
                });
        var parameters = parameters(request.rawQuery());
        if (parameters.isEmpty()) {
            event.putNull("queryStringParameters").putNull("multiValueQueryStringParameters");
        } else {
            var last = event.putObject("queryStringParameters");
            var every = event.putObject("multiValueQueryStringParameters");
            parameters.forEach((name, values) -> {
                last.put(name, values.getLast());
                var all = every.putArray(name);
                values.forEach(all::add);
            });
        }
        event.putObject("pathParameters")
                .put("proxy", path.startsWith("/") ? path.substring(1) : path);
        event.putNull("stageVariables");
        var context = event.putObject("requestContext");
        context.put("accountId", ACCOUNT)
                .put("apiId", API_ID)
                .put("resourcePath", "/{proxy+}")
                .put("httpMethod", request.method())
                .put("path", path)
                .put("protocol", request.protocol())
                .put("stage", "local")
                .put("requestId", UUID.randomUUID().toString())
                .put("requestTime", REQUEST_TIME.format(request.at()))
                .put("requestTimeEpoch", request.at().toEpochMilli());
        put(context, "domainName", first(request, "host"));
        var identity = context.putObject("identity");
        identity.put("sourceIp", request.sourceIp());
        put(identity, "userAgent", first(request, "user-agent"));
        if (request.body().length == 0) {
            event.putNull("body");
        } else {
            // without binary media types a REST API takes every body for text
            event.put("body", new String(request.body(), StandardCharsets.UTF_8));
        }
        event.put("isBase64Encoded", false);
        return bytes(event);
    }

    /** Payload 2.0. */
    static byte[] httpApi(Incoming request) {
        var event = JsonNodeFactory.instance.objectNode();
        event.put("version", "2.0")
                .put("routeKey", "$default")
                .put("rawPath", request.rawPath())
                .put("rawQueryString", request.rawQuery() == null ? "" : request.rawQuery());
        var headers = event.putObject("headers");
        request.headers()
                .forEach((name, values) -> {
                    var lower = name.toLowerCase(Locale.ROOT);
                    if (lower.equals("cookie")) {
                        var cookies = event.putArray("cookies");
                        values.forEach(
                                value -> List.of(value.split(";\\s*", -1)).forEach(cookies::add));
                    } else {
                        headers.put(lower, String.join(",", values));
                    }
                });
        var parameters = parameters(request.rawQuery());
        if (!parameters.isEmpty()) {
            var all = event.putObject("queryStringParameters");
            parameters.forEach((name, values) -> all.put(name, String.join(",", values)));
        }
        var context = event.putObject("requestContext");
        context.put("accountId", ACCOUNT)
                .put("apiId", API_ID)
                .put("requestId", UUID.randomUUID().toString())
                .put("routeKey", "$default")
                .put("stage", "$default")
                .put("time", REQUEST_TIME.format(request.at()))
                .put("timeEpoch", request.at().toEpochMilli());
        put(context, "domainName", first(request, "host"));
        var http = context.putObject("http");
        http.put("method", request.method())
                .put(
                        "path",
                        URLDecoder.decode(
                                request.rawPath().replace("+", "%2B"), StandardCharsets.UTF_8))
                .put("protocol", request.protocol())
                .put("sourceIp", request.sourceIp());
        put(http, "userAgent", first(request, "user-agent"));
        var type = first(request, "content-type");
        var text = type != null && TEXT.matcher(type).matches();
        if (request.body().length > 0) {
            event.put(
                    "body",
                    text
                            ? new String(request.body(), StandardCharsets.UTF_8)
                            : Base64.getEncoder().encodeToString(request.body()));
        }
        event.put("isBase64Encoded", request.body().length > 0 && !text);
        return bytes(event);
    }

    /** Reads an answer of payload 1.0. */
    static Outgoing restAnswer(byte[] payload) throws MalformedAnswerException {
        var answer = object(payload);
        if (!answer.path("statusCode").canConvertToInt()) {
            throw new MalformedAnswerException("no statusCode");
        }
        var headers = new LinkedHashMap<String, List<String>>();
        answer.path("headers")
                .properties()
                .forEach(each -> add(headers, each.getKey(), each.getValue().asText()));
        answer.path("multiValueHeaders")
                .properties()
                .forEach(each -> {
                    // the multi-value form wins over the single one
                    headers.keySet().removeIf(each.getKey()::equalsIgnoreCase);
                    each.getValue().forEach(value -> add(headers, each.getKey(), value.asText()));
                });
        return outgoing(answer, headers);
    }

    /** Reads an answer of payload 2.0; one without a status is a body of status 200. */
    static Outgoing httpApiAnswer(byte[] payload) throws MalformedAnswerException {
        JsonNode read;
        try {
            read = MAPPER.readTree(payload);
        } catch (IOException e) {
            throw new MalformedAnswerException("not JSON");
        }
        var headers = new LinkedHashMap<String, List<String>>();
        if (!(read instanceof ObjectNode answer) || !answer.has("statusCode")) {
            add(headers, "content-type", "application/json");
            return new Outgoing(200, headers, payload);
        }
        answer.path("headers")
                .properties()
                .forEach(each -> add(headers, each.getKey(), each.getValue().asText()));
        answer.path("cookies").forEach(cookie -> add(headers, "set-cookie", cookie.asText()));
        return outgoing(answer, headers);
    }

    private static Outgoing outgoing(ObjectNode answer, Map<String, List<String>> headers)
            throws MalformedAnswerException {
        var status = answer.path("statusCode").asInt();
        if (status < 200 || status > 599) {
            throw new MalformedAnswerException("statusCode " + status);
        }
        var body = answer.path("body").isNull() ? "" : answer.path("body").asText("");
        try {
            return new Outgoing(
                    status,
                    headers,
                    answer.path("isBase64Encoded").asBoolean(false)
                            ? Base64.getDecoder().decode(body)
                            : body.getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new MalformedAnswerException("body is not base64");
        }
    }

    private static ObjectNode object(byte[] payload) throws MalformedAnswerException {
        try {
            if (MAPPER.readTree(payload) instanceof ObjectNode answer) {
                return answer;
            }
        } catch (IOException e) {
            // told below
        }
        throw new MalformedAnswerException("not a JSON object");
    }

    private static void add(Map<String, List<String>> headers, String name, String value) {
        headers.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
    }

    private static void put(ObjectNode into, String name, @Nullable String value) {
        if (value == null) {
            into.putNull(name);
        } else {
            into.put(name, value);
        }
    }

    private static @Nullable String first(Incoming request, String name) {
        for (var header : request.headers().entrySet()) {
            if (header.getKey().equalsIgnoreCase(name)) {
                return header.getValue().getFirst();
            }
        }
        return null;
    }

    private static Map<String, List<String>> parameters(@Nullable String rawQuery) {
        var parameters = new LinkedHashMap<String, List<String>>();
        if (rawQuery == null || rawQuery.isEmpty()) {
            return parameters;
        }
        for (var pair : rawQuery.split("&", -1)) {
            var equals = pair.indexOf('=');
            add(
                    parameters,
                    decoded(equals < 0 ? pair : pair.substring(0, equals)),
                    equals < 0 ? "" : decoded(pair.substring(equals + 1)));
        }
        return parameters;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    private static byte[] bytes(ObjectNode event) {
        return event.toString().getBytes(StandardCharsets.UTF_8);
    }
}
