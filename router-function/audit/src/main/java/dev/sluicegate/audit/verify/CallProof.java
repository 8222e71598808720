package dev.sluicegate.audit.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluicegate.audit.log.TreeHash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * The records of one call with what shows that they are in a log, for somebody who has nothing else: JSON with
 * the call, a checkpoint, hashes, and for each record its index, its bytes as text, and which of the hashes
 * lead from it to the root (the inclusion proof of RFC 6962, the lowest first).
 */
public final class CallProof {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private CallProof() {}

    /**
     * What a proof shows.
     *
     * @param size of the tree that holds the records
     * @param records as they are in the log
     */
    public record Proven(String origin, long size, String call, List<String> records) {
        public Proven {
            records = List.copyOf(records);
        }
    }

    /**
     * Checks a proof with a key and nothing else.
     *
     * @throws NotProvenException if it shows nothing; says why
     */
    public static Proven check(byte[] proof, TrustedKey key) {
        var json = read(proof);
        var note = json.path("checkpoint").asText().getBytes(StandardCharsets.UTF_8);
        var head = head(note, key);
        var call = json.path("call").asText();
        var hashes = new ArrayList<byte[]>();
        for (var hash : json.path("hashes")) {
            hashes.add(decoded(hash.asText()));
        }
        var records = new ArrayList<String>();
        for (var each : json.path("records")) {
            var path = new ArrayList<byte[]>();
            for (var at : each.path("path")) {
                if (!at.isInt() || at.intValue() < 0 || at.intValue() >= hashes.size()) {
                    throw new NotProvenException("a path names a hash that is not there");
                }
                path.add(hashes.get(at.intValue()));
            }
            var text = each.path("record").asText();
            var entry = text.getBytes(StandardCharsets.UTF_8);
            var leaf = Leaf.read(entry);
            if (leaf == null || !call.equals(leaf.call())) {
                throw new NotProvenException("it holds a record of something else");
            }
            if (!Arrays.equals(
                    root(entry, each.path("index").asLong(-1), head.size(), path), head.root())) {
                throw new NotProvenException(
                        "the " + leaf.kind() + " is not in the log that was signed");
            }
            records.add(text);
        }
        if (records.isEmpty()) {
            throw new NotProvenException("it holds no record");
        }
        return new Proven(head.origin(), head.size(), call, records);
    }

    /** The proof does not show what it says. */
    public static final class NotProvenException extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotProvenException(String message) {
            super(message);
        }
    }

    private static JsonNode read(byte[] proof) {
        try {
            var json = JSON.readTree(proof);
            if (json != null && json.path("v").asInt() == 1) {
                return json;
            }
        } catch (IOException e) {
            // falls through: it is none either way
        }
        throw new NotProvenException("it is no proof of a call");
    }

    private static SignedHead head(byte[] note, TrustedKey key) {
        var origin = new String(note, StandardCharsets.UTF_8).lines().findFirst().orElse("");
        var year = origin.substring(origin.lastIndexOf('/') + 1);
        var expected = year.matches("[0-9]{4}") ? key.origin(Integer.parseInt(year)) : "";
        return SignedHead.open(note, key, expected)
                .head()
                .orElseThrow(
                        () -> new NotProvenException("its checkpoint is not signed by this key"));
    }

    private static byte[] decoded(String hash) {
        try {
            return Base64.getDecoder().decode(hash);
        } catch (IllegalArgumentException e) {
            throw new NotProvenException("it holds something that is no hash");
        }
    }

    /** RFC 9162, section 2.1.3.2: where an entry at that place leads. */
    private static byte[] root(byte[] entry, long index, long size, List<byte[]> path) {
        if (index < 0 || index >= size) {
            throw new NotProvenException("no record is at " + index);
        }
        var hash = TreeHash.leaf(entry);
        var fn = index;
        var sn = size - 1;
        for (var beside : path) {
            if (sn == 0) {
                throw new NotProvenException("a path is too long");
            }
            if ((fn & 1) == 1 || fn == sn) {
                hash = TreeHash.node(beside, hash);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                hash = TreeHash.node(hash, beside);
            }
            fn >>= 1;
            sn >>= 1;
        }
        if (sn != 0) {
            throw new NotProvenException("a path is too short");
        }
        return hash;
    }
}
