package dev.sluicegate.local.aws;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The smallest services a front can have behind it; they keep what reached them. */
final class Shelf {
    private Shelf() {}

    /** Answers every GetItem and DeleteItem with an empty item. */
    static final class Items implements LocalService {
        final List<LocalCaller> callers = new CopyOnWriteArrayList<>();

        @Override
        public String service() {
            return "dynamodb";
        }

        @Override
        public List<Authorization> authorizations(LocalRequest request) {
            String target = String.valueOf(request.header("x-amz-target"));
            try {
                JsonNode body = new ObjectMapper().readTree(request.body());
                return List.of(
                        new Authorization(
                                "dynamodb:" + target.substring(target.indexOf('.') + 1),
                                "arn:aws:dynamodb:eu-central-1:000000000000:table/"
                                        + body.path("TableName").asText(),
                                Map.of(
                                        "dynamodb:LeadingKeys",
                                        List.of(body.path("Key").path("pk").path("S").asText()))));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public LocalResponse handle(LocalRequest request, LocalCaller caller) {
            callers.add(caller);
            return new LocalResponse(
                    200,
                    Map.of("content-type", "application/x-amz-json-1.0"),
                    "{\"Item\":{\"sk\":{\"S\":\"CUSTOMER\"}}}".getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Answers every invocation with its payload. */
    static final class Functions implements LocalService {
        @Override
        public String service() {
            return "lambda";
        }

        @Override
        public List<Authorization> authorizations(LocalRequest request) {
            String name = request.path().split("/", -1)[3];
            return List.of(
                    new Authorization(
                            "lambda:InvokeFunction",
                            URLDecoder.decode(name, StandardCharsets.UTF_8),
                            Map.of()));
        }

        @Override
        public LocalResponse handle(LocalRequest request, LocalCaller caller) {
            return new LocalResponse(
                    200, Map.of("content-type", "application/json"), request.body());
        }
    }

    /** Keeps objects by path. */
    static final class Objects implements LocalService {
        final Map<String, LocalRequest> puts = new ConcurrentHashMap<>();

        @Override
        public String service() {
            return "s3";
        }

        @Override
        public List<Authorization> authorizations(LocalRequest request) {
            var context = new HashMap<String, List<String>>();
            String ifNoneMatch = request.header("if-none-match");
            if (ifNoneMatch != null) {
                context.put("s3:if-none-match", List.of(ifNoneMatch));
            }
            String action = request.method().equals("PUT") ? "s3:PutObject" : "s3:GetObject";
            return List.of(
                    new Authorization(
                            action, "arn:aws:s3:::" + request.path().substring(1), context));
        }

        @Override
        public LocalResponse handle(LocalRequest request, LocalCaller caller) {
            if (request.method().equals("PUT")) {
                puts.put(request.path(), request);
                return new LocalResponse(200, Map.of("ETag", "\"1\""), new byte[0]);
            }
            var put = puts.get(request.path());
            return put == null
                    ? AwsErrors.of("s3", 404, "NoSuchKey", "no such key")
                    : new LocalResponse(200, Map.of("ETag", "\"1\""), put.body());
        }
    }

    static List<LocalService> with(LocalService first, LocalService... more) {
        var all = new ArrayList<LocalService>(List.of(more));
        all.addFirst(first);
        return all;
    }
}
