package dev.sluicegate.record;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Reads JSON that means one thing only: valid UTF-8, no duplicate key, nothing after the value, bounded
 * depth; decimals keep their digits so that {@link CanonicalJson} can refuse those that would be lost.
 */
public final class StrictJson {
    /** Deeper texts are refused before they are built. */
    public static final int MAX_DEPTH = 64;

    private static final int MAX_NUMBER_LENGTH = 64;
    private static final int MAX_STRING_LENGTH = 8 * 1024 * 1024; // above every body limit of ours

    private static final ObjectMapper JSON =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    // one more, so that the envelope is free
                                                    .maxNestingDepth(MAX_DEPTH + 8)
                                                    .maxNumberLength(MAX_NUMBER_LENGTH)
                                                    .maxStringLength(MAX_STRING_LENGTH)
                                                    .build())
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .build();

    private StrictJson() {}

    /**
     * @throws MalformedJsonException if {@code bytes} are not one JSON value in UTF-8
     * @throws NotCanonicalException if they are, but with a duplicate key
     */
    public static JsonNode read(byte[] bytes) {
        try {
            // Jackson's UTF-8 reader is lenient about some overlong forms, the JDK's decoder is not
            var text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .onUnmappableCharacter(CodingErrorAction.REPORT)
                            .decode(ByteBuffer.wrap(bytes));
            try (JsonParser parser = JSON.getFactory().createParser(text.toString())) {
                JsonNode value = JSON.readTree(parser);
                if (value == null || value.isMissingNode()) {
                    throw new MalformedJsonException("empty");
                }
                if (parser.nextToken() != null) {
                    throw new MalformedJsonException("more than one value");
                }
                return value;
            }
        } catch (CharacterCodingException e) {
            throw new MalformedJsonException("not UTF-8");
        } catch (JsonProcessingException e) {
            if (String.valueOf(e.getOriginalMessage()).contains("Duplicate")) {
                throw new NotCanonicalException("", "holds a duplicate key");
            }
            throw new MalformedJsonException("not JSON");
        } catch (IOException e) {
            throw new MalformedJsonException("not JSON");
        }
    }

    /** Levels of objects and arrays in {@code value}; a scalar has 0. */
    public static int depth(JsonNode value) {
        var deepest = 0;
        for (var child : value) {
            deepest = Math.max(deepest, depth(child));
        }
        return value.isContainerNode() ? deepest + 1 : 0;
    }
}
