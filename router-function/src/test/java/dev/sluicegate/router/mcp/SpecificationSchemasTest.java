package dev.sluicegate.router.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluicegate.specification.SpecificationSchemas;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The oracle itself: it must object, or its silence means nothing. */
class SpecificationSchemasTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // the version's own envelope
                "2025-06-18 | ping | {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}} | true",
                "2025-06-18 | ping | {\"jsonrpc\":\"1.0\",\"id\":1,\"result\":{}} | false",
                "2025-06-18 | ping | {\"jsonrpc\":\"2.0\",\"result\":{}} | false",
                // results by the method they answer
                "2025-06-18 | tools/list | {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[]}} | true",
                "2025-11-25 | tools/list | {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":{}}} | false",
                "2025-03-26 | tools/call | {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}} | false",
                // what only the stateless version wants
                "2026-07-28 | tools/list | {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[]}} | false",
                "2026-07-28 | tools/call | {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[],\"resultType\":\"complete\"}} | true",
                "2026-07-28 | tools/call | {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}} | false",
                // errors by their code
                "2026-07-28 | tools/call | {\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32022,\"message\":\"m\",\"data\":{\"supported\":[],\"requested\":\"1\"}}} | true",
                "2026-07-28 | tools/call | {\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32022,\"message\":\"m\"}} | false",
                "2025-06-18 | tools/call | {\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601}} | false",
                // notifications by their method
                "2025-06-18 | tools/call | {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":1,\"progress\":1}} | true",
                "2026-07-28 | tools/call | {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progress\":1}} | false"
            })
    void theSpecificationTellsRightFromWrong(
            String version, String method, String message, boolean right) {
        var schemas = SpecificationSchemas.installed();
        assumeTrue(schemas.isPresent(), "the specification's schemas are not installed");

        var objections =
                schemas.map(s -> objections(s, version, method, message)).orElse(List.of());

        if (right) {
            assertThat(objections).isEmpty();
        } else {
            assertThat(objections).isNotEmpty();
        }
    }

    private static List<String> objections(
            SpecificationSchemas schemas, String version, String method, String message) {
        try {
            return schemas.objections(version, method, new ObjectMapper().readTree(message));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
