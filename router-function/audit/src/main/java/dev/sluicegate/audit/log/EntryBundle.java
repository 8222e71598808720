package dev.sluicegate.audit.log;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Entries one after the other, each behind its length in two bytes, the high one first.
 *
 * @see <a href="https://c2sp.org/tlog-tiles#log-entries">tlog-tiles</a>
 */
public final class EntryBundle {
    public static final int MAX_ENTRY_BYTES = 0xffff;

    private EntryBundle() {}

    public static byte[] encode(List<byte[]> entries) {
        var out = new ByteArrayOutputStream();
        for (var entry : entries) {
            if (entry.length > MAX_ENTRY_BYTES) {
                throw new IllegalArgumentException("an entry has " + entry.length + " bytes");
            }
            out.write(entry.length >> 8);
            out.write(entry.length);
            out.writeBytes(entry);
        }
        return out.toByteArray();
    }

    /**
     * @throws IllegalArgumentException if the bytes end within an entry
     */
    public static List<byte[]> decode(byte[] bytes) {
        var entries = new ArrayList<byte[]>();
        var at = 0;
        while (at < bytes.length) {
            if (bytes.length - at < 2) {
                throw new IllegalArgumentException("the bundle ends within a length");
            }
            var length = (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
            at += 2;
            if (bytes.length - at < length) {
                throw new IllegalArgumentException("the bundle ends within an entry");
            }
            entries.add(Arrays.copyOfRange(bytes, at, at + length));
            at += length;
        }
        return entries;
    }
}
