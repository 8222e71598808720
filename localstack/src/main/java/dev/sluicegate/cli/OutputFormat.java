package dev.sluicegate.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import picocli.CommandLine.Option;

/** {@code -o json|text} of every command that prints data. */
final class OutputFormat {
    /** JSON as the commands read and print it. */
    static final ObjectMapper JSON = JsonMapper.builder().build();

    enum Format {
        text,
        json
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "json|text",
            description = "what to print (${DEFAULT-VALUE})")
    private Format format = Format.text;

    boolean json() {
        return format == Format.json;
    }

    /** A constant of ours. */
    static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: `" + json + "`", e);
        }
    }

    static String pretty(JsonNode value) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree is always JSON", e);
        }
    }
}
