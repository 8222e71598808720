package dev.sluicegate.router.mcp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.sluicegate.record.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/**
 * Reads a body that {@link StrictJson} refused once more, leniently and without building anything, to
 * tell the caller where it broke which rule.
 */
final class BodyFault {
    /** {@link StrictJson} accepts this many levels, the envelope of a call included. */
    private static final int MAX_DEPTH = StrictJson.MAX_DEPTH + 8;

    /** No IEEE double needs more digits; {@link StrictJson} refuses more. */
    private static final int MAX_NUMBER = 64;

    /** A path is for a person to read. */
    private static final int MAX_POINTER = 512;

    private static final JsonFactory LENIENT =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(MAX_DEPTH + 2)
                                    .maxNumberLength(Integer.MAX_VALUE)
                                    .build())
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build();

    private BodyFault() {}

    static Problem find(byte[] body) {
        try (JsonParser parser = LENIENT.createParser(new String(body, StandardCharsets.UTF_8))) {
            return find(parser);
        } catch (IOException e) {
            return new Problem.NotJson();
        }
    }

    private static Problem find(JsonParser parser) throws IOException {
        var open = new ArrayDeque<Set<String>>();
        try {
            for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
                    open.push(new HashSet<>());
                    if (open.size() > MAX_DEPTH) {
                        return new Problem.UnreadableBody(
                                "", "is nested deeper than " + StrictJson.MAX_DEPTH + " levels");
                    }
                } else if (token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY) {
                    open.pop();
                } else if (token == JsonToken.FIELD_NAME
                        && !open.getFirst().add(parser.currentName())) {
                    return new Problem.UnreadableBody(pointer(parser), "is a duplicate key");
                } else if (token.isNumeric()
                        && (parser.getTextLength() > MAX_NUMBER
                                || isBeyondDoubles(parser.getText()))) {
                    return new Problem.UnreadableBody(
                            pointer(parser), "is a number that an IEEE double cannot hold");
                }
            }
        } catch (JsonParseException e) {
            // Jackson itself refuses half a pair in a key, and only there
            if (String.valueOf(e.getOriginalMessage()).contains("surrogate")) {
                return new Problem.UnreadableBody(
                        pointer(parser), "has a key that holds a lone surrogate");
            }
        }
        return new Problem.NotJson();
    }

    /** Larger than the largest double, or nearer to zero than the smallest. */
    private static boolean isBeyondDoubles(String number) {
        var value = Double.parseDouble(number);
        return Double.isInfinite(value)
                || (value == 0
                        && number.chars()
                                .takeWhile(c -> c != 'e' && c != 'E')
                                .anyMatch(c -> c >= '1'));
    }

    private static String pointer(JsonParser parser) {
        var pointer = parser.getParsingContext().pathAsPointer().toString();
        return pointer.length() <= MAX_POINTER ? pointer : pointer.substring(0, MAX_POINTER);
    }
}
