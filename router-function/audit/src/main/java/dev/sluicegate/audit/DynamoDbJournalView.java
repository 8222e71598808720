package dev.sluicegate.audit;

import dev.sluicegate.audit.verify.ArchiveFiles;
import dev.sluicegate.audit.verify.JournalView;
import dev.sluicegate.record.JournalKeys;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.function.Consumer;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** The journal as it is in DynamoDB, for who compares the archive with it. */
public final class DynamoDbJournalView implements JournalView {
    private final DynamoDbClient db;
    private final String table;

    public DynamoDbJournalView(DynamoDbClient db, String table) {
        this.db = db;
        this.table = table;
    }

    @Override
    public void each(Consumer<Item> seen) {
        try {
            for (var item :
                    db.scanPaginator(scan -> scan.tableName(table).consistentRead(true)).items()) {
                ArchiveLine.of(item)
                        .ifPresent(line -> {
                            var record = line.record();
                            var pk = item.get(JournalKeys.PK);
                            var sha = item.get(JournalKeys.SHA);
                            if (record != null && pk != null && sha != null) {
                                seen.accept(
                                        new Item(
                                                sha.s(),
                                                at(record.ts()),
                                                record.kind() + " " + record.id()));
                            }
                        });
            }
        } catch (SdkException e) {
            throw new ArchiveFiles.UnreachableException("the journal cannot be read", e);
        }
    }

    private static Instant at(String ts) {
        try {
            return Instant.parse(ts);
        } catch (DateTimeParseException e) {
            return Instant.EPOCH;
        }
    }
}
