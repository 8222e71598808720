package dev.sluicegate.local.aws;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request of the AWS JSON 1.1 protocol: operation in {@code X-Amz-Target}, input in the body.
 *
 * @param name operation without the service's prefix
 */
record JsonOperation(String name, ObjectNode input) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /**
     * @param prefix such as {@code TrentService.}
     * @throws LocalServiceException if it is not such a request
     */
    static JsonOperation of(LocalRequest request, String prefix) {
        String target = request.header("x-amz-target");
        if (target == null || !target.startsWith(prefix)) {
            throw unknown(String.valueOf(target));
        }
        try {
            JsonNode body = MAPPER.readTree(request.body());
            if (body instanceof ObjectNode input) {
                return new JsonOperation(target.substring(prefix.length()), input);
            }
        } catch (IOException _) {
            // refused below: where the parser stood is nobody's business
        }
        throw new LocalServiceException(
                400, "SerializationException", "the body is not a JSON object");
    }

    static LocalServiceException unknown(String operation) {
        return new LocalServiceException(
                400,
                "UnknownOperationException",
                "the local stack does not know `" + operation + "`");
    }

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static ObjectMapper mapper() {
        return MAPPER;
    }

    /** A member of the input, or null. */
    @Nullable String text(String member) {
        JsonNode value = input.path(member);
        return value.isTextual() ? value.asText() : null;
    }

    String need(String member) {
        String value = text(member);
        if (value == null || value.isEmpty()) {
            throw new LocalServiceException(400, "ValidationException", member + " is missing");
        }
        return value;
    }

    static LocalResponse answer(ObjectNode output) {
        try {
            return new LocalResponse(
                    200,
                    Map.of("content-type", "application/x-amz-json-1.1"),
                    MAPPER.writeValueAsString(output).getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree can be written", e);
        }
    }
}
