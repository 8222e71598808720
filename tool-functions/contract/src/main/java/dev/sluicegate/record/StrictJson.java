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
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON that means one thing only: valid UTF-8, no duplicate key, nothing after the value, bounded
 * depth; decimals keep their digits so that {@link CanonicalJson} can refuse those that would be lost.
 */
public final class StrictJson {
    /** Deeper texts are refused before they are built. */
    public static final int MAX_DEPTH = 64;

    private static final int MAX_NUMBER_LENGTH = 64;
    private static final int MAX_EXPONENT = 400; // doubles end at 1.8e308 and begin at 4.9e-324
    private static final String BEYOND_DOUBLES = "is a number beyond IEEE doubles";
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
                                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .nodeFactory(new SmallObjects())
                    .build();

    /** Most objects have few names, and a call reads several of them. */
    private static final class SmallObjects extends JsonNodeFactory {
        private static final long serialVersionUID = 1;
        private static final int EXPECTED = 6;

        @Override
        public ObjectNode objectNode() {
            return new ObjectNode(this, LinkedHashMap.newLinkedHashMap(EXPECTED));
        }
    }

    private StrictJson() {}

    /**
     * @throws MalformedJsonException if {@code bytes} are not one JSON value in UTF-8
     * @throws NotCanonicalException if they are, but with a duplicate key or a number far beyond IEEE
     *     doubles
     */
    public static JsonNode read(byte[] bytes) {
        try {
            try (JsonParser parser = parser(bytes)) {
                var value = tree(parser);
                if (value == null || value.isMissingNode()) {
                    throw new MalformedJsonException("empty");
                }
                if (parser.nextToken() != null) {
                    throw new MalformedJsonException("more than one value");
                }
                if (new HugeExponents().in(value)) {
                    refuseHugeExponents(value, Place.ROOT);
                }
                return value;
            }
        } catch (CharacterCodingException e) {
            throw new MalformedJsonException("not UTF-8");
        } catch (JsonProcessingException e) {
            if (String.valueOf(e.getOriginalMessage()).startsWith("Duplicate")) {
                throw new NotCanonicalException("", "holds a duplicate key");
            }
            throw new MalformedJsonException("not JSON");
        } catch (IOException e) {
            throw new MalformedJsonException("not JSON");
        }
    }

    private static @Nullable JsonNode tree(JsonParser parser) throws IOException {
        try {
            return JSON.readTree(parser);
        } catch (NumberFormatException e) {
            // an exponent that no decimal has room for: Jackson lets this one through unchecked
            throw new NotCanonicalException(
                    parser.getParsingContext().pathAsPointer().toString(), BEYOND_DOUBLES);
        }
    }

    private static JsonParser parser(byte[] bytes) throws IOException {
        if (isPlain(bytes)) {
            return JSON.getFactory().createParser(bytes);
        }
        // Jackson's UTF-8 reader is lenient about some overlong forms, the JDK's decoder is not
        var text =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)
                        .decode(ByteBuffer.wrap(bytes));
        return JSON.getFactory().createParser(text.toString());
    }

    /**
     * ASCII without NUL: nothing to decode, and nothing that Jackson could take for UTF-16 or UTF-32.
     * Without a branch, so that it runs on many bytes at once.
     */
    private static boolean isPlain(byte[] bytes) {
        var signs = 0;
        for (var each : bytes) {
            signs |= each - 1;
        }
        return signs >= 0;
    }

    private static boolean isHuge(JsonNode value) {
        if (!value.isBigDecimal()) {
            return false;
        }
        var decimal = value.decimalValue();
        return Math.abs((long) decimal.precision() - decimal.scale()) > MAX_EXPONENT;
    }

    /** Whether there is one, at the price of one object: every call pays for it. */
    private static final class HugeExponents implements BiConsumer<String, JsonNode> {
        private boolean found;

        boolean in(JsonNode value) {
            accept("", value);
            return found;
        }

        @Override
        public void accept(String name, JsonNode value) {
            if (value instanceof ObjectNode object) {
                object.forEachEntry(this);
            } else if (value.isArray()) {
                for (var i = 0; i < value.size(); i++) {
                    accept("", value.path(i));
                }
            } else {
                found |= isHuge(value);
            }
        }
    }

    /**
     * {@code 1e999999999} is twelve bytes, but a validator that computes with it exactly needs the
     * memory of a billion digits: such a number is refused before anyone sees it.
     */
    private static void refuseHugeExponents(JsonNode value, Place at) {
        if (isHuge(value)) {
            throw new NotCanonicalException(at.pointer(), BEYOND_DOUBLES);
        } else if (value.isObject()) {
            for (var field : value.properties()) {
                refuseHugeExponents(field.getValue(), at.member(field.getKey()));
            }
        } else if (value.isArray()) {
            for (var i = 0; i < value.size(); i++) {
                refuseHugeExponents(value.path(i), at.element(i));
            }
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
