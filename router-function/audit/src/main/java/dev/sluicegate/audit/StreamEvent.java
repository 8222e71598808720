package dev.sluicegate.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One change of the journal, as DynamoDB Streams tells it to a function.
 *
 * @param name {@code INSERT | MODIFY | REMOVE}
 * @param stream label of the stream, as it may stand in an object key
 * @param sequence unique in the stream and rising within a shard; digits
 * @param pk of the item
 * @param sk of the item
 * @param after the item as it is now, in DynamoDB's JSON, or null when it is gone
 * @param before the item as it was, or null when there was none
 * @param expired DynamoDB itself removed it, when its time was over
 */
record StreamEvent(
        String name,
        String stream,
        String sequence,
        Instant at,
        String pk,
        String sk,
        @Nullable JsonNode after,
        @Nullable JsonNode before,
        boolean expired) {

    /** DynamoDB documents 21 to 40 characters. */
    private static final String SEQUENCE = "[0-9]{1,40}";

    /**
     * @throws IllegalArgumentException if this is no event of a stream: nothing could tell it apart from
     *     others, so nothing could keep it from being archived twice
     */
    static StreamEvent read(JsonNode json) {
        var change = json.path("dynamodb");
        var sequence = change.path("SequenceNumber").asText();
        var arn = json.path("eventSourceARN").asText();
        var label = arn.substring(arn.lastIndexOf("/stream/") + 1);
        if (!sequence.matches(SEQUENCE) || !label.startsWith("stream/")) {
            throw new IllegalArgumentException("not an event of a DynamoDB stream");
        }
        var seconds = change.path("ApproximateCreationDateTime").asDouble();
        var identity = json.path("userIdentity");
        return new StreamEvent(
                json.path("eventName").asText(),
                label.substring("stream/".length()).replaceAll("[^0-9A-Za-z]", "-"),
                sequence,
                Instant.ofEpochMilli(Math.round(seconds * 1000)),
                change.path("Keys").path("pk").path("S").asText(),
                change.path("Keys").path("sk").path("S").asText(),
                image(change.path("NewImage")),
                image(change.path("OldImage")),
                json.path("eventName").asText().equals("REMOVE")
                        && identity.path("principalId").asText().equals("dynamodb.amazonaws.com"));
    }

    private static @Nullable JsonNode image(JsonNode image) {
        return image.isObject() ? image : null;
    }

    /** What tells this event from every other. */
    String position() {
        return stream + "#" + sequence;
    }
}
