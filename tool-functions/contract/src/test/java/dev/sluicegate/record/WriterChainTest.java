package dev.sluicegate.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class WriterChainTest {
    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-11-23T10:00:00Z"), ZoneOffset.UTC);

    @Test
    void theFirstRecordOfAWriterHasNoneBefore() {
        var chain = WriterChain.open("f:1", CLOCK);

        assertThat(chain.next()).isEqualTo(new AuditRecord.Writer(chain.id(), 0, null, "f:1"));
    }

    @Test
    void aRecordThatWasNotWrittenDoesNotCount() {
        var chain = WriterChain.open("f:1", CLOCK);

        assertThat(chain.next()).isEqualTo(chain.next());
    }

    @Test
    void eachRecordNamesTheOneBefore() {
        var chain = WriterChain.open("f:1", CLOCK);
        chain.wrote("sha256:aa");
        chain.wrote("sha256:bb");

        assertThat(chain.next())
                .isEqualTo(new AuditRecord.Writer(chain.id(), 2, "sha256:bb", "f:1"));
    }

    @Test
    void twoWritersNeverShareAnId() {
        assertThat(WriterChain.open("f:1", CLOCK).id())
                .isNotEqualTo(WriterChain.open("f:1", CLOCK).id());
    }

    @Test
    void timestampsHaveMillisecondsInUtc() {
        assertThat(WriterChain.timestamp(Instant.parse("2026-11-23T10:00:00.000999Z")))
                .isEqualTo("2026-11-23T10:00:00.000Z");
    }
}
