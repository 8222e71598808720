package dev.sluicegate.local;

import dev.sluicegate.audit.log.Checkpoint;
import dev.sluicegate.audit.log.LogReader;
import dev.sluicegate.contract.Product;
import dev.sluicegate.local.aws.Template;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** The logs of a local stack, as their files are in its buckets. */
public final class ArchivedLog {
    public static final String BUCKET = Product.resource("dev", "audit") + "-" + Template.ACCOUNT;
    public static final String POINTERS = Product.resource("dev", "tlog") + "-" + Template.ACCOUNT;

    private ArchivedLog() {}

    /** Everything that is published, the oldest first, without the entries that open logs. */
    public static List<String> records(S3Client s3) {
        var records = new ArrayList<String>();
        for (var year = 2026; year < 2031; year++) {
            var reader =
                    new LogReader(
                            name ->
                                    read(
                                            s3,
                                            name.endsWith("/checkpoint") ? POINTERS : BUCKET,
                                            name),
                            year);
            var note = reader.checkpoint();
            if (note.isPresent()) {
                var size = Checkpoint.parse(note.get().text()).size();
                reader.entries(0, size, size)
                        .forEach(entry -> records.add(new String(entry, StandardCharsets.UTF_8)));
            }
        }
        records.removeIf(record -> record.contains("\"kind\":\"LOG_SHARD_OPEN\""));
        return records;
    }

    /** A run of the sweeper, with its own rights, at another time. */
    @SuppressWarnings("NullAway") // a sweeper asks its context nothing
    public static String sweep(LocalStack stack, Clock at) throws IOException {
        var out = new ByteArrayOutputStream();
        stack.instance("sweeper", at)
                .handleRequest(
                        new ByteArrayInputStream("{}".getBytes(StandardCharsets.UTF_8)), out, null);
        return out.toString(StandardCharsets.UTF_8);
    }

    private static Optional<byte[]> read(S3Client s3, String bucket, String key) {
        try {
            return Optional.of(s3.getObjectAsBytes(r -> r.bucket(bucket).key(key)).asByteArray());
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        }
    }
}
