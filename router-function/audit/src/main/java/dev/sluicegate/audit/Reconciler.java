package dev.sluicegate.audit;

import dev.sluicegate.audit.log.LogState;
import dev.sluicegate.record.JournalKeys;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Walks the journal, a part each time, and archives what the stream did not bring: a stream keeps its events
 * for 24 hours, the journal its records for longer. A record is claimed by its hash, so one that is archived
 * already is not archived again.
 */
final class Reconciler {
    private static final int MAX_ITEMS = 5_000;
    private static final int PAGE = 200;

    /** What is younger the stream may still bring. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** What is older may have outlived its claim. */
    private static final Duration REACH = DynamoDbLogState.CLAIM_KEPT.minusDays(10);

    private static final String PK = "reconciler";
    private static final String SK = "CURSOR";
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    private final DynamoDbClient db;
    private final String audit;
    private final String tlog;
    private final LogState state;
    private final Archiver archiver;
    private final Clock clock;

    Reconciler(
            DynamoDbClient db,
            String audit,
            String tlog,
            LogState state,
            Archiver archiver,
            Clock clock) {
        this.db = db;
        this.audit = audit;
        this.tlog = tlog;
        this.state = state;
        this.archiver = archiver;
        this.clock = clock;
    }

    /** Returns how many records it archived. */
    int reconcile() {
        var archived = 0;
        var cursor = cursor();
        for (var seen = 0; seen < MAX_ITEMS; seen += PAGE) {
            var start = cursor;
            var page = db.scan(scan -> scan.tableName(audit).limit(PAGE).exclusiveStartKey(start));
            archived += archive(page.items());
            cursor = page.hasLastEvaluatedKey() ? page.lastEvaluatedKey() : null;
            cursor(cursor);
            if (cursor == null) {
                break; // the next run begins again
            }
        }
        if (archived > 0) {
            LOG.warn("the stream did not bring {} records", archived);
        }
        return archived;
    }

    private int archive(List<Map<String, AttributeValue>> items) {
        var lines = new HashMap<String, ArchiveLine>();
        for (var item : items) {
            ArchiveLine.of(item)
                    .filter(line -> due(line))
                    .ifPresent(line -> lines.put(line.claim(), line));
        }
        if (lines.isEmpty()) {
            return 0;
        }
        lines.keySet().removeAll(state.claims(lines.keySet()).keySet());
        archiver.archiveLines(new ArrayList<>(lines.values()));
        return lines.size();
    }

    private boolean due(ArchiveLine line) {
        var record = line.record();
        try {
            var age =
                    record == null
                            ? Duration.ZERO
                            : Duration.between(Instant.parse(record.ts()), clock.instant());
            return age.compareTo(PATIENCE) > 0 && age.compareTo(REACH) < 0;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private @Nullable Map<String, AttributeValue> cursor() {
        var item = db.getItem(get -> get.tableName(tlog).key(key()).consistentRead(true)).item();
        var pk = item.get("nextPk");
        var sk = item.get("nextSk");
        return pk == null || sk == null ? null : Map.of(JournalKeys.PK, pk, JournalKeys.SK, sk);
    }

    private void cursor(@Nullable Map<String, AttributeValue> next) {
        var item = new HashMap<>(key());
        if (next != null) {
            next.forEach((name, value) ->
                    item.put(name.equals(JournalKeys.PK) ? "nextPk" : "nextSk", value));
        }
        db.putItem(put -> put.tableName(tlog).item(item));
    }

    private static Map<String, AttributeValue> key() {
        return Map.of(
                JournalKeys.PK, AttributeValue.fromS(PK), JournalKeys.SK, AttributeValue.fromS(SK));
    }
}
