package dev.sluicegate.local.lambda;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluicegate.local.aws.Authorization;
import dev.sluicegate.local.aws.LocalCaller;
import dev.sluicegate.local.aws.LocalRequest;
import dev.sluicegate.local.aws.LocalResponse;
import dev.sluicegate.local.aws.LocalService;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lambda's Invoke API over the handlers of this JVM.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html">Invoke</a>
 */
public final class LambdaService implements LocalService {
    private static final Pattern INVOKE =
            Pattern.compile("/2015-03-31/functions/([^/]+)/invocations/?");

    /** Name, partial ARN or ARN, each with or without a qualifier. */
    private static final Pattern FUNCTION =
            Pattern.compile(
                    "(?:arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:)?(?:\\d{12}:)?(?:function:)?([a-zA-Z0-9_-]{1,64})(?::(\\$LATEST|[a-zA-Z0-9_-]{1,128}))?");

    private static final ObjectMapper STRICT =
            new ObjectMapper()
                    .enable(
                            com.fasterxml.jackson.databind.DeserializationFeature
                                    .FAIL_ON_TRAILING_TOKENS);

    private final String arnPrefix;
    private final Map<String, Registered> functions = new ConcurrentHashMap<>();

    private record Registered(LocalFunction function, @Nullable Semaphore places) {}

    private record Target(String name, @Nullable String qualifier) {}

    public LambdaService(String region, String account) {
        arnPrefix = "arn:aws:lambda:" + region + ":" + account + ":function:";
    }

    /** The unqualified ARN that a function of this name has here. */
    public String arn(String name) {
        return arnPrefix + name;
    }

    /** Makes a function callable, or puts another one in its place. */
    public void register(LocalFunction function) {
        var limit = function.concurrency();
        functions.put(
                function.name(),
                new Registered(function, limit == null ? null : new Semaphore(limit)));
    }

    @Override
    public String service() {
        return "lambda";
    }

    @Override
    public List<Authorization> authorizations(LocalRequest request) {
        var target = target(request);
        if (target == null) {
            // whoever may do everything may learn that we do not know this
            return List.of(new Authorization("lambda:*", "*", Map.of()));
        }
        return List.of(new Authorization("lambda:InvokeFunction", qualified(target), Map.of()));
    }

    @Override
    public LocalResponse handle(LocalRequest request, LocalCaller caller) {
        var target = target(request);
        if (target == null) {
            return error(404, "ResourceNotFoundException", "only Invoke is answered here");
        }
        var registered = functions.get(target.name());
        if (registered == null) {
            return error(
                    404, "ResourceNotFoundException", "Function not found: " + qualified(target));
        }
        if (request.body().length > Invocation.MAX_PAYLOAD_BYTES) {
            return error(
                    413,
                    "RequestTooLargeException",
                    "Request must be smaller than "
                            + Invocation.MAX_PAYLOAD_BYTES
                            + " bytes for the InvokeFunction operation");
        }
        var payload =
                request.body().length == 0 ? "{}".getBytes(StandardCharsets.UTF_8) : request.body();
        if (!isJson(payload)) {
            return error(
                    400,
                    "InvalidRequestContentException",
                    "Could not parse request body into json");
        }
        var type = request.header("x-amz-invocation-type");
        return switch (type == null ? "RequestResponse" : type) {
            case "DryRun" -> new LocalResponse(204, Map.of(), new byte[0]);
            case "Event" -> later(registered, target, payload);
            case "RequestResponse" -> now(registered, target, payload);
            default -> error(400, "InvalidParameterValueException", "unknown invocation type");
        };
    }

    private LocalResponse now(Registered registered, Target target, byte[] payload) {
        var places = registered.places();
        if (places != null && !places.tryAcquire()) {
            return error(429, "TooManyRequestsException", "Rate Exceeded.");
        }
        try {
            return answer(
                    target, Invocation.run(registered.function(), qualified(target), payload));
        } finally {
            if (places != null) {
                places.release();
            }
        }
    }

    private LocalResponse later(Registered registered, Target target, byte[] payload) {
        Thread.ofVirtual()
                .name(target.name() + "-event")
                .start(() -> now(registered, target, payload));
        return new LocalResponse(202, Map.of(), new byte[0]);
    }

    private static LocalResponse answer(Target target, Invocation invocation) {
        var headers = new HashMap<String, String>();
        headers.put("content-type", "application/json");
        headers.put("x-amzn-requestid", UUID.randomUUID().toString());
        var qualifier = target.qualifier();
        headers.put(
                "x-amz-executed-version",
                qualifier == null || qualifier.equals("$LATEST") ? "$LATEST" : "1");
        if (invocation instanceof Invocation.Failed) {
            headers.put("x-amz-function-error", "Unhandled");
        }
        return new LocalResponse(200, headers, invocation.payload());
    }

    private static boolean isJson(byte[] payload) {
        try {
            return !STRICT.readTree(payload).isMissingNode();
        } catch (JsonProcessingException e) {
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    private @Nullable Target target(LocalRequest request) {
        var path = INVOKE.matcher(request.path());
        if (!request.method().equals("POST") || !path.matches()) {
            return null;
        }
        var function = FUNCTION.matcher(decoded(path.group(1)));
        if (!function.matches()) {
            return null;
        }
        var qualifier = function.group(2) != null ? function.group(2) : queried(request.query());
        return new Target(function.group(1), qualifier);
    }

    private static @Nullable String queried(@Nullable String query) {
        if (query == null) {
            return null;
        }
        for (var pair : query.split("&", -1)) {
            if (pair.startsWith("Qualifier=")) {
                return decoded(pair.substring("Qualifier=".length()));
            }
        }
        return null;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private String qualified(Target target) {
        return target.qualifier() == null
                ? arn(target.name())
                : arn(target.name()) + ":" + target.qualifier();
    }

    private static LocalResponse error(int status, String type, String message) {
        return new LocalResponse(
                status,
                Map.of("content-type", "application/json", "x-amzn-errortype", type),
                JsonNodeFactory.instance
                        .objectNode()
                        .put("Type", status < 500 ? "User" : "Service")
                        .put("Message", message)
                        .put("message", message)
                        .toString()
                        .getBytes(StandardCharsets.UTF_8));
    }
}
