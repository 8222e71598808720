package dev.sluicegate.router.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.sluicegate.contract.ToolManifest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolSchemasTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final ToolSchemas schemas = new ToolSchemas();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // nothing is invented where the parent is absent
                "{\"properties\":{\"a\":{\"properties\":{\"b\":{\"default\":1}}}}}|{}|{}",
                "{\"properties\":{\"a\":{\"properties\":{\"b\":{\"default\":1}}}}}|{\"a\":{}}|{\"a\":{\"b\":1}}",
                "{\"properties\":{\"a\":{\"default\":1}}}|{\"a\":null}|{\"a\":null}",
                "{\"properties\":{\"a\":{\"default\":null}}}|{}|{\"a\":null}",
                "{\"properties\":{\"a\":{\"items\":{\"properties\":{\"b\":{\"default\":1}}}}}}|{\"a\":[{},{\"b\":2}]}|{\"a\":[{\"b\":1},{\"b\":2}]}",
                "{\"allOf\":[{\"properties\":{\"a\":{\"default\":1}}}]}|{}|{\"a\":1}",
                "{\"$ref\":\"#/$defs/x\",\"$defs\":{\"x\":{\"properties\":{\"a\":{\"default\":1}}}}}|{}|{\"a\":1}",
                "{\"$ref\":\"#/$defs/x\",\"$defs\":{\"x\":{\"$ref\":\"#/$defs/x\"}}}|{}|{}"
            })
    void defaultsAreFilledInWhereTheyBelong(String schema, String arguments, String filled) {
        var value = object(arguments);

        new SchemaDefaults(object(schema)).apply(value);

        assertThat(value.toString()).isEqualTo(filled);
    }

    @Test
    void aDefaultIsNotSharedBetweenCalls() {
        var compiled = schemas.of(manifest("{\"properties\":{\"a\":{\"default\":{}}}}"));

        ((ObjectNode) compiled.withDefaults(object("{}")).path("a")).put("x", 1);

        assertThat(compiled.withDefaults(object("{}")).toString()).isEqualTo("{\"a\":{}}");
    }

    @Test
    void theArgumentsThemselvesAreNotChanged() {
        var arguments = object("{}");

        schemas.of(manifest("{\"properties\":{\"a\":{\"default\":1}}}")).withDefaults(arguments);

        assertThat(arguments).isEmpty();
    }

    @Test
    void keywordsOfDraft202012Count() {
        var compiled =
                schemas.of(
                        manifest(
                                "{\"type\":\"object\",\"dependentRequired\":{\"a\":[\"b\"]},"
                                        + "\"if\":{\"required\":[\"c\"]},\"then\":{\"required\":[\"d\"]},"
                                        + "\"unevaluatedProperties\":{\"type\":\"string\"}}"));

        assertThat(compiled.violation(object("{}"))).isEmpty();
        assertThat(compiled.violation(object("{\"a\":\"x\"}"))).isPresent();
        assertThat(compiled.violation(object("{\"c\":\"x\"}"))).isPresent();
        assertThat(compiled.violation(object("{\"e\":1}"))).isPresent();
    }

    @Test
    void anotherDialectIsHonoured() {
        var compiled =
                schemas.of(
                        manifest(
                                "{\"$schema\":\"http://json-schema.org/draft-07/schema#\","
                                        + "\"properties\":{\"a\":{\"items\":[{\"type\":\"string\"}]}}}"));

        assertThat(compiled.violation(object("{\"a\":[1]}"))).isPresent();
        assertThat(compiled.violation(object("{\"a\":[\"x\"]}"))).isEmpty();
    }

    @Test
    void nothingIsFetchedForASchema() throws Exception {
        var fetched = new AtomicInteger();
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    fetched.incrementAndGet();
                    var bytes = "{}".getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
        server.start();
        try {
            var remote = "http://127.0.0.1:" + server.getAddress().getPort() + "/s.json";
            var manifest = manifest("{\"properties\":{\"a\":{\"$ref\":\"%s\"}}}".formatted(remote));

            assertThatThrownBy(() -> schemas.of(manifest).violation(object("{\"a\":1}")))
                    .isInstanceOf(RuntimeException.class);
            assertThat(fetched).hasValue(0);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void anotherVersionOfAToolIsCompiledAnew() {
        schemas.of(manifest("{\"required\":[\"a\"]}"));

        assertThat(schemas.of(manifest("{\"required\":[\"b\"]}")).violation(object("{\"a\":1}")))
                .isPresent();
    }

    private static ToolManifest manifest(String inputSchema) {
        // what a manifest must say of itself anyway; closed schemas are looked at elsewhere
        var schema = object(inputSchema).put("type", "object").put("additionalProperties", false);
        var properties = schema.withObject("/properties");
        for (var name : List.of("a", "b", "c", "d")) {
            if (!properties.has(name)) {
                properties.putObject(name);
            }
        }
        return Tools.tool("a___b", "read", "[]", schema.toString(), false).manifest();
    }

    private static ObjectNode object(String json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
    }
}
