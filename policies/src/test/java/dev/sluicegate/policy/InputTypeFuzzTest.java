package dev.sluicegate.policy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;

/** Whatever arrives as arguments becomes values or is refused with a pointer; nothing else happens. */
class InputTypeFuzzTest {
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
    void argumentsBecomeValuesOrAreRefused(byte[] bytes) {
        JsonNode json;
        try {
            json = StrictJson.read(bytes);
        } catch (MalformedJsonException | NotCanonicalException e) {
            return; // refused before policy sees it
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
