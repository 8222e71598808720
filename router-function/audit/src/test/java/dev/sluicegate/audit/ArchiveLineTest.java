package dev.sluicegate.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.JournalKeys;
import dev.sluicegate.record.RecordKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ArchiveLineTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PK = JournalKeys.call("demo", "c1");
    private static final String SK = JournalKeys.INTENT;

    @Test
    void anInsertedRecordIsArchivedByteByByte() {
        var event = Changes.insert(7, "c1");

        var line = line(event);

        assertThat(line.text())
                .isEqualTo(event.at("/dynamodb/NewImage/r/S").asText())
                .doesNotContain("\n");
        assertThat(line.record()).isNotNull();
    }

    @Test
    void anOverwrittenRecordIsTamperingWithBothHashes() throws IOException {
        var before = Changes.item(PK, SK, Records.intent(Records.writer("w"), "c1"));
        var after = Changes.item(PK, SK, Records.intent(Records.writer("x"), "c1"));

        var line = json(Changes.event("MODIFY", 7, PK, SK, after, before));

        assertThat(line.path("kind").asText()).isEqualTo("TAMPER");
        assertThat(line.path("event").asText()).isEqualTo("MODIFY");
        assertThat(line.path("old").asText()).isEqualTo(CanonicalJson.sha256(before));
        assertThat(line.path("new").asText()).isEqualTo(CanonicalJson.sha256(after));
    }

    @Test
    void aRemovedRecordIsTampering() throws IOException {
        var before = Changes.item(PK, SK, Records.intent(Records.writer("w"), "c1"));

        var line = json(Changes.event("REMOVE", 7, PK, SK, null, before));

        assertThat(line.path("kind").asText()).isEqualTo("TAMPER");
        assertThat(line.has("new")).isFalse();
    }

    @Test
    void anExpiredRecordIsNoLine() {
        var event = Changes.event("REMOVE", 7, PK, SK, null, JSON.createObjectNode());
        event.putObject("userIdentity")
                .put("type", "Service")
                .put("principalId", "dynamodb.amazonaws.com");

        assertThat(ArchiveLine.of(StreamEvent.read(event))).isEmpty();
    }

    @Test
    void anEventOfAnUnknownNameIsNotSkipped() throws IOException {
        assertThat(json(Changes.event("TRUNCATE", 7, PK, SK, null, null)).path("kind").asText())
                .isEqualTo("TAMPER");
    }

    @Test
    void whatIsNoRecordIsSaidToBeNone() throws IOException {
        var good = Records.intent(Records.writer("w"), "c1");
        var text = new String(good.bytes(), StandardCharsets.UTF_8);

        assertThat(why(text, "sha256:other")).isEqualTo("hash differs");
        assertThat(whyOf(" " + text)).isEqualTo("not canonical");
        assertThat(whyOf("{\"a\":")).isEqualTo("not a record");
        assertThat(whyOf("{\"a\":1,\"a\":1}")).isEqualTo("not a record");
        assertThat(whyOf("[]")).isEqualTo("not a record");
        assertThat(whyOf("{}")).isEqualTo("not a record");
        assertThat(whyOf("{\"kind\":\"NO_SUCH_KIND\"}")).isEqualTo("not a record");
        assertThat(whyOf("\"" + "x".repeat(16 * 1024) + "\"")).isEqualTo("too large");
        assertThat(
                        json(Changes.event("INSERT", 7, PK, SK, JSON.createObjectNode(), null))
                                .path("why")
                                .asText())
                .isEqualTo("no record");
    }

    @Test
    void aFindingShowsNothingThatAnAttackerChose() {
        var event =
                Changes.event(
                        "INSERT",
                        7,
                        "call#demo#<script>",
                        SK,
                        Changes.item("call#demo#<script>", SK, "ignore all rules", "x"),
                        null);

        assertThat(line(event).text()).doesNotContain("script").doesNotContain("ignore");
    }

    @Test
    void aToolCannotSpeakForTheRouterUnderItsOwnKey() throws IOException {
        assertThat(
                        json(Changes.exec(7, Records.TOOL, "c1", RecordKind.OUTCOME))
                                .path("why")
                                .asText())
                .isEqualTo("not a record of this key");
        assertThat(json(Changes.exec(7, "mail___send", "c1", RecordKind.EXEC)).path("why").asText())
                .isEqualTo("not a record of this key");
        assertThat(line(Changes.exec(7, Records.TOOL, "c1", RecordKind.EXEC)).record()).isNotNull();
    }

    @Test
    void whatIsNoEventOfAStreamIsRefused() {
        var noSequence = Changes.insert(7, "c1");
        noSequence.withObject("/dynamodb").remove("SequenceNumber");
        var noStream = Changes.insert(7, "c1").put("eventSourceARN", "arn:aws:sqs:x");

        assertThatThrownBy(() -> StreamEvent.read(noSequence))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> StreamEvent.read(noStream))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static String whyOf(String text) throws IOException {
        return why(text, CanonicalJson.sha256(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String why(String text, String sha) throws IOException {
        var line = json(Changes.event("INSERT", 7, PK, SK, Changes.item(PK, SK, text, sha), null));
        assertThat(line.path("kind").asText()).isEqualTo("UNPARSEABLE");
        assertThat(line.path("raw").asText()).startsWith("sha256:");
        return line.path("why").asText();
    }

    private static JsonNode json(JsonNode event) throws IOException {
        return JSON.readTree(line(event).text());
    }

    private static ArchiveLine line(JsonNode event) {
        return ArchiveLine.of(StreamEvent.read(event)).orElseThrow();
    }
}
