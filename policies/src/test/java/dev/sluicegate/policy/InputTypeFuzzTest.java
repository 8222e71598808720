package dev.sluicegate.policy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Whatever arrives as arguments becomes values or is refused with a pointer; nothing else happens. */
class InputTypeFuzzTest {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
    private static final InputType.Fields TYPE =
            InputType.of(
                    Tools.json(
                            """
                            {'type': 'object', 'required': ['n'], 'properties': {
                              'n': {'type': 'number'}, 'i': {'type': 'integer'},
                              's': {'type': 'string'}, 'b': {'type': 'boolean'},
                              'a': {'type': 'array', 'items': {'type': 'number'}},
                              'o': {'type': 'object', 'properties': {'deep': {'type': 'number'}}},
                              't': {'type': 'string', 'format': 'date-time'},
                              'd': {'type': 'string', 'format': 'date'},
                              'u': {'type': 'string', 'format': 'duration'},
                              'ip': {'type': 'string', 'format': 'ipv6'}}}
                            """));

    @FuzzTest
    void argumentsBecomeValuesOrAreRefused(byte[] bytes) throws IOException {
        JsonNode json;
        try {
            json = JSON.readTree(new String(bytes, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            return;
        }
        if (!(json instanceof ObjectNode arguments)) {
            return;
        }
        try {
            DecisionInput.check(arguments);
            var record = TYPE.value(arguments);
            if (arguments.path("s").isTextual() && record.get("s") == null) {
                throw new AssertionError("an argument was lost");
            }
        } catch (UnrepresentableInputException e) {
            if (!e.pointer().isEmpty() && !e.pointer().startsWith("/")) {
                throw new AssertionError("not a pointer", e);
            }
        }
    }
}
