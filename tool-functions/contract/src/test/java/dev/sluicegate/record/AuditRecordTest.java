package dev.sluicegate.record;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditRecordTest {
    private static final String MINIMAL =
            "{\"id\":\"01J00000000000000000000000\",\"kind\":\"EXEC\",\"tenant\":\"demo\","
                    + "\"ts\":\"2026-11-23T07:00:00.123Z\",\"v\":1,"
                    + "\"w\":{\"fn\":\"f\",\"id\":\"w\",\"seq\":0}}";

    @Test
    void aFieldThatIsAbsentIsRead() {
        var record = read(MINIMAL);

        assertThat(record.kind()).isEqualTo(RecordKind.EXEC);
        assertThat(record.call()).isNull();
        assertThat(record.decision()).isNull();
        assertThat(record.w().prev()).isNull();
    }

    @Test
    void aFieldThatIsNotSetIsNotWritten() {
        assertThat(new String(record(null).bytes(), StandardCharsets.UTF_8)).isEqualTo(MINIMAL);
    }

    @Test
    void aFieldThatIsUnknownIsIgnored() {
        var json =
                MINIMAL.replaceFirst("\\{", "{\"later\":{\"x\":1},")
                        .replace("\"seq\"", "\"alsoLater\":[],\"seq\"");

        assertThat(read(json)).isEqualTo(read(MINIMAL));
    }

    @Test
    void whatWasWrittenIsReadBack() {
        var record = record(new AuditRecord.Refusal("policy", "denied", "no"));

        assertThat(AuditRecord.read(record.bytes())).isEqualTo(record);
        assertThat(AuditRecord.read(record.bytes()).bytes()).isEqualTo(record.bytes());
    }

    @Test
    void theShadowsOfADecisionAreAListAlsoWhereARecordHasOneAlone() {
        var one = "{\"outcome\":\"deny\",\"policies\":[\"trial\"],\"set\":\"sha256:00\"}";
        var other = one.replace("sha256:00", "sha256:01");

        assertThat(shadows(one)).isEqualTo(shadows("[" + one + "]"));
        assertThat(shadows("[" + one + "," + other + "]"))
                .extracting(AuditRecord.Shadow::set)
                .containsExactly("sha256:00", "sha256:01");
        assertThat(decided("[" + one + "," + other + "]").bytes())
                .isEqualTo(
                        decision("[" + one + "," + other + "]").getBytes(StandardCharsets.UTF_8));
    }

    private static List<AuditRecord.Shadow> shadows(String json) {
        return requireNonNull(requireNonNull(decided(json).decision()).shadow());
    }

    private static AuditRecord decided(String shadow) {
        return read(decision(shadow));
    }

    private static String decision(String shadow) {
        return MINIMAL.replaceFirst(
                "\\{",
                "{\"decision\":{\"outcome\":\"permit\",\"policies\":[],\"reasons\":[],\"rev\":1,\"set\":\"sha256:00\","
                        + "\"shadow\":"
                        + shadow
                        + "},");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"v\":1}",
                "{\"v\":1,\"id\":\"x\",\"kind\":\"NEVER\"}",
                "x"
            })
    void whatIsNoRecordIsRefused(String json) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(MalformedJsonException.class)
                .hasMessage("not an audit record");
    }

    @Test
    void aRecordAboveTheLimitIsRefused() {
        var overhead = record(new AuditRecord.Refusal("policy", "denied", "")).bytes().length;
        var room = AuditRecord.MAX_BYTES - overhead;

        assertThat(refused(room).bytes()).hasSize(AuditRecord.MAX_BYTES);
        assertThatThrownBy(() -> refused(room + 1).bytes())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("16385");
    }

    @Test
    void factsAreKeptAsTheyAre() {
        var facts = JsonNodeFactory.instance.objectNode().put("/amount", 50);
        var args = new AuditRecord.Args("hmac-sha256:00", facts);

        assertThat(args.facts()).isEqualTo(facts);
    }

    private static AuditRecord refused(int length) {
        return record(new AuditRecord.Refusal("policy", "denied", "x".repeat(length)));
    }

    private static AuditRecord read(String json) {
        return AuditRecord.read(json.getBytes(StandardCharsets.UTF_8));
    }

    private static AuditRecord record(AuditRecord.@Nullable Refusal refusal) {
        List<AuditRecord.Redaction> none = null;
        return new AuditRecord(
                AuditRecord.VERSION,
                "01J00000000000000000000000",
                RecordKind.EXEC,
                "2026-11-23T07:00:00.123Z",
                new AuditRecord.Writer("w", 0, null, "f"),
                "demo",
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                none,
                null,
                null,
                null,
                refusal,
                null);
    }
}
