package dev.sluicegate.audit.verify;

import dev.sluicegate.audit.log.TreeHash;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One log, from its files. Nothing is believed but the signed checkpoints: every hash is computed from the
 * entries, and every file that a published tree has must be there and hold exactly what follows from them.
 */
final class LogCheck {
    private static final Duration MOMENT = Duration.ofHours(1);

    private final ArchiveFiles files;
    private final Findings findings;
    private final RecordChecks records;
    private final TrustedKey key;
    private final int year;
    private final String folder;
    private final String origin;
    private final Map<String, ArchiveFiles.Listed> listed = new TreeMap<>();
    private final TreeMap<Long, SignedHead> heads = new TreeMap<>();
    private final Map<Place, List<Integer>> widths = new HashMap<>();
    private final Map<Long, byte[]> roots = new HashMap<>();
    private final Set<String> told = new HashSet<>();
    private final List<String> differing = new ArrayList<>();
    private final Watched watched;
    private @Nullable SignedHead pointer;
    private Leaf.@Nullable Previous previous;
    private boolean pointerThere;

    /** Where a tile is, whatever its width. */
    private record Place(int level, long n) {}

    /** What a file says of itself, for those that look at more than its content. */
    @FunctionalInterface
    interface Watched {
        void read(String name, ArchiveFiles.Stored stored);
    }

    /**
     * @param year of the log
     * @param watched told of every file that is read
     */
    LogCheck(
            ArchiveFiles files,
            Findings findings,
            RecordChecks records,
            TrustedKey key,
            int year,
            Watched watched) {
        this.files = files;
        this.findings = findings;
        this.records = records;
        this.key = key;
        this.year = year;
        this.folder = "tlog/" + year + "/";
        this.origin = key.origin(year);
        this.watched = watched;
    }

    /**
     * @param sizes of which the root must be known, beside those of the checkpoints
     */
    void check(Set<Long> sizes) {
        for (var each : files.list(folder)) {
            listed.put(each.name(), each);
            versions(each);
        }
        checkpoints();
        var head = head();
        if (head == null) {
            if (!listed.isEmpty()) {
                findings.add(
                        Finding.Code.NOTHING_PUBLISHED, folder, "the log has no valid checkpoint");
            }
            return;
        }
        var chain = chain(head);
        pointer(head);
        expect(chain);
        entries(head, chain, sizes);
        unknown();
    }

    private void versions(ArchiveFiles.Listed each) {
        if (each.name().equals(folder + "checkpoint")) {
            return; // it moves
        }
        for (var version : each.versions().subList(1, each.versions().size())) {
            findings.add(
                    Finding.Code.OBJECT_REWRITTEN,
                    version.marker() ? "delete-marker" : "new-version",
                    each.name(),
                    "something was put on top of it; what was first is what is verified");
        }
    }

    private byte @Nullable [] read(String name) {
        var stored = files.read(name).orElse(null);
        if (stored == null) {
            return null;
        }
        watched.read(name, stored);
        return stored.bytes();
    }

    // --- checkpoints -----------------------------------------------------------------------------

    private void checkpoints() {
        var pointerBytes = read(folder + "checkpoint");
        pointerThere = pointerBytes != null;
        if (pointerBytes != null) {
            pointer = open(folder + "checkpoint", pointerBytes, Finding.Code.HEAD_INVALID);
        }
        for (var name : listed.keySet()) {
            if (name.startsWith(folder + "checkpoints/")) {
                var bytes = read(name);
                var head =
                        bytes == null ? null : open(name, bytes, Finding.Code.CHECKPOINT_INVALID);
                if (head != null && !name.equals(folder + Shape.checkpoint(head.size()))) {
                    findings.add(
                            Finding.Code.CHECKPOINT_INVALID,
                            name,
                            "it is the checkpoint of size " + head.size());
                } else if (head != null) {
                    heads.put(head.size(), head);
                }
            }
        }
    }

    private @Nullable SignedHead open(String name, byte[] bytes, Finding.Code invalid) {
        var opened = SignedHead.open(bytes, key, origin);
        if (opened.head().isPresent()) {
            return opened.head().get();
        }
        switch (opened.refusal()) {
            case WRONG_ORIGIN ->
                    findings.add(
                            Finding.Code.WRONG_ORIGIN,
                            name,
                            "it is a checkpoint of another log than " + origin);
            case NOT_SIGNED -> findings.add(invalid, name, "the key did not sign it");
            case NOT_A_CHECKPOINT -> findings.add(invalid, name, "it is no checkpoint");
        }
        return null;
    }

    /** The largest tree that was signed. */
    private @Nullable SignedHead head() {
        var newest = heads.isEmpty() ? null : heads.lastEntry().getValue();
        var moved = pointer;
        return newest == null || (moved != null && moved.size() > newest.size()) ? moved : newest;
    }

    /** Sizes that were published one after the other, ascending: each checkpoint names the one before. */
    private NavigableSet<Long> chain(SignedHead head) {
        var sizes = new TreeSet<Long>();
        sizes.add(head.size());
        if (!heads.containsKey(head.size())) {
            missing(folder + Shape.checkpoint(head.size()));
        }
        for (var at = head; at.previous() >= 0; ) {
            if (at.previous() >= at.size()) {
                findings.add(
                        Finding.Code.CHECKPOINT_INVALID,
                        folder + Shape.checkpoint(at.size()),
                        "it names a checkpoint before it that is not smaller");
                return sizes;
            }
            sizes.add(at.previous());
            var before = heads.get(at.previous());
            if (before == null) {
                missing(folder + Shape.checkpoint(at.previous()));
                var next = heads.lowerEntry(at.previous());
                if (next == null) {
                    return sizes;
                }
                before = next.getValue();
                sizes.add(before.size());
            }
            at = before;
        }
        return sizes;
    }

    private void pointer(SignedHead head) {
        var moved = pointer;
        if (moved == null) {
            if (!pointerThere) {
                missing(folder + "checkpoint");
            }
            return;
        }
        var same = heads.get(moved.size());
        if (same != null
                && (!Arrays.equals(same.root(), moved.root())
                        || same.previous() != moved.previous())) {
            findings.add(
                    Finding.Code.FORK,
                    "same-size",
                    folder + "checkpoint",
                    "two different trees of size " + moved.size() + " were signed");
        }
        if (moved.size() < head.size()) {
            records.older(
                    folder + "checkpoint",
                    "the pointer says "
                            + moved.size()
                            + ", a checkpoint of size "
                            + head.size()
                            + " was published");
        }
    }

    private void missing(String name) {
        // a file that is there and cannot be believed was told of already
        var there = listed.get(name);
        if ((there == null || there.versions().getFirst().marker()) && told.add(name)) {
            findings.add(Finding.Code.MISSING, name, "the file is not there");
        }
    }

    // --- files -----------------------------------------------------------------------------------

    private void expect(NavigableSet<Long> chain) {
        for (var part : Shape.all(chain)) {
            var name = folder + part.name();
            if (listed.containsKey(name)) {
                widths.computeIfAbsent(new Place(part.level(), part.n()), _ -> new ArrayList<>())
                        .add(part.width());
            }
            missing(name);
        }
        // files of sizes that were never published are held to the same
        for (var name : listed.keySet()) {
            var part = part(name);
            if (part != null) {
                var list =
                        widths.computeIfAbsent(
                                new Place(part.level(), part.n()), _ -> new ArrayList<>());
                if (!list.contains(part.width())) {
                    list.add(part.width());
                }
            }
        }
    }

    private Shape.@Nullable Part part(String name) {
        return Shape.Part.parse(name.substring(folder.length()));
    }

    private void entries(SignedHead head, NavigableSet<Long> chain, Set<Long> sizes) {
        var watch = new TreeSet<>(heads.keySet());
        watch.addAll(chain);
        watch.addAll(sizes);
        var tree = new GrowingTree(this::tile);
        for (var n = 0L; n * Shape.WIDTH < head.size(); n++) {
            var width = (int) Math.min(Shape.WIDTH, head.size() - n * Shape.WIDTH);
            var leaves = bundle(n, width);
            for (var leaf : leaves) {
                tree.add(leaf);
                if (watch.contains(tree.size())) {
                    roots.put(tree.size(), tree.root());
                }
            }
            if (leaves.size() < width) {
                break; // nothing behind it can be computed
            }
        }
        tree.end();
        differing(head);
        compare(head, chain);
    }

    private void compare(SignedHead head, NavigableSet<Long> chain) {
        var located = false;
        for (var each : heads.headMap(head.size(), false).values()) {
            var root = roots.get(each.size());
            if (root != null && !Arrays.equals(root, each.root())) {
                if (!chain.contains(each.size())) {
                    findings.add(
                            Finding.Code.FORK,
                            "outside",
                            folder + Shape.checkpoint(each.size()),
                            "a tree was signed that is no part of the one that is published");
                } else if (!located) {
                    located = true;
                    var before = chain.lower(each.size());
                    findings.add(
                            Finding.Code.CHECKPOINT_MISMATCH,
                            folder + Shape.checkpoint(each.size()),
                            "the first that the entries do not make; look between entries "
                                    + (before == null ? 0 : before)
                                    + " and "
                                    + (each.size() - 1));
                }
            } else if (root != null && !chain.contains(each.size())) {
                findings.add(
                        Finding.Code.UNKNOWN_FILE,
                        folder + Shape.checkpoint(each.size()),
                        "no later checkpoint names it");
            }
        }
        var root = roots.get(head.size());
        if (root == null || !Arrays.equals(root, head.root())) {
            findings.add(
                    Finding.Code.ROOT_MISMATCH,
                    folder + Shape.checkpoint(head.size()),
                    root == null
                            ? "the entries end before the tree that was signed"
                            : "the entries make another tree than was signed");
        }
    }

    /** Leaf hashes of a bundle; those of its tile where the bundle is not there, so that the rest is checked. */
    private List<byte[]> bundle(long n, int width) {
        var part = new Shape.Part(-1, n, width);
        var name = folder + part.name();
        var bytes = read(name);
        if (bytes == null) {
            missing(name);
            return tileOf(n, width);
        }
        var offsets = offsets(bytes);
        if (offsets == null || offsets.size() != width + 1) {
            findings.add(
                    Finding.Code.BUNDLE_WIDTH,
                    name,
                    offsets == null
                            ? "it ends within an entry"
                            : "it holds " + (offsets.size() - 1) + " entries, not " + width);
            if (offsets == null) {
                return tileOf(n, width);
            }
        }
        var leaves = new ArrayList<byte[]>();
        for (var i = 0; i < Math.min(width, offsets.size() - 1); i++) {
            var from = offsets.get(i) + 2;
            var length = offsets.get(i + 1) - from;
            leaves.add(TreeHash.leaf(bytes, from, length));
            entry(n * Shape.WIDTH + i, Arrays.copyOfRange(bytes, from, from + length));
        }
        partialBundles(n, width, bytes, offsets);
        return leaves;
    }

    private void entry(long index, byte[] entry) {
        var leaf = Leaf.read(entry);
        records.add(origin, index, entry, leaf, RecordChecks.sha(entry));
        var opening = leaf != null && leaf.is("LOG_SHARD_OPEN") ? leaf : null;
        if ((opening != null) != (index == 0)
                || (opening != null && !origin.equals(opening.log()))) {
            findings.add(
                    Finding.Code.SHARD_BROKEN,
                    origin + "#" + index,
                    "a log begins with what opens it, and nothing else does");
        } else if (opening != null) {
            previous = opening.previous();
        }
    }

    private void partialBundles(long n, int width, byte[] bytes, List<Integer> offsets) {
        for (var narrow : widths.getOrDefault(new Place(-1, n), List.of())) {
            if (narrow != width && narrow < offsets.size()) {
                same(new Shape.Part(-1, n, narrow), Arrays.copyOf(bytes, offsets.get(narrow)));
            }
        }
    }

    /** Where entries begin, and where the last ends; null if the bytes end within one. */
    private static @Nullable List<Integer> offsets(byte[] bytes) {
        var offsets = new ArrayList<Integer>();
        var at = 0;
        while (at < bytes.length) {
            offsets.add(at);
            if (bytes.length - at < 2) {
                return null;
            }
            at += 2 + ((bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff));
        }
        offsets.add(at);
        return at == bytes.length ? offsets : null;
    }

    private List<byte[]> tileOf(long n, int width) {
        var bytes = read(folder + new Shape.Part(0, n, width).name());
        var leaves = new ArrayList<byte[]>();
        if (bytes != null && bytes.length == width * TreeHash.BYTES) {
            for (var i = 0; i < width; i++) {
                leaves.add(Arrays.copyOfRange(bytes, i * TreeHash.BYTES, (i + 1) * TreeHash.BYTES));
            }
        }
        return leaves;
    }

    private void tile(int level, long n, List<byte[]> hashes) {
        var all = new ByteArrayOutputStream();
        hashes.forEach(all::writeBytes);
        var bytes = all.toByteArray();
        for (var width : widths.getOrDefault(new Place(level, n), List.of())) {
            if (width <= hashes.size()) {
                same(new Shape.Part(level, n, width), Arrays.copyOf(bytes, width * TreeHash.BYTES));
            }
        }
    }

    private void same(Shape.Part part, byte[] expected) {
        var name = folder + part.name();
        var bytes = read(name);
        if (bytes != null && !Arrays.equals(bytes, expected)) {
            differing.add(name);
        }
    }

    /**
     * Where entries and tiles differ, the signed root says which of them are right; if neither, both are told.
     */
    private void differing(SignedHead head) {
        var entriesAreRight = Arrays.equals(roots.get(head.size()), head.root());
        if (!entriesAreRight && !differing.isEmpty() && changed(head)) {
            return;
        }
        for (var name : differing) {
            findings.add(
                    Finding.Code.TILE_MISMATCH,
                    name,
                    "it does not hold what follows from the entries");
        }
    }

    /** Whether the tiles make the tree that was signed; names the bundles, and the entries, that do not. */
    private boolean changed(SignedHead head) {
        var tree = new GrowingTree((_, _, _) -> {});
        for (var n = 0L; n * Shape.WIDTH < head.size(); n++) {
            tileOf(n, (int) Math.min(Shape.WIDTH, head.size() - n * Shape.WIDTH))
                    .forEach(tree::add);
        }
        if (tree.size() != head.size() || !Arrays.equals(tree.root(), head.root())) {
            return false;
        }
        for (var n = 0L; n * Shape.WIDTH < head.size(); n++) {
            var width = (int) Math.min(Shape.WIDTH, head.size() - n * Shape.WIDTH);
            var name = folder + new Shape.Part(-1, n, width).name();
            var bytes = read(name);
            var leaves = tileOf(n, width);
            var entries = Shape.entries(bytes == null ? new byte[0] : bytes);
            for (var i = 0; i < Math.min(width, entries.size()); i++) {
                if (!Arrays.equals(TreeHash.leaf(entries.get(i)), leaves.get(i))) {
                    findings.add(
                            Finding.Code.ROOT_MISMATCH,
                            "entry",
                            name,
                            "entry " + (n * Shape.WIDTH + i) + " is not the one that was signed");
                }
            }
        }
        return true;
    }

    private void unknown() {
        for (var name : listed.keySet()) {
            var part = part(name);
            if (part == null
                    && !name.equals(folder + "checkpoint")
                    && !name.startsWith(folder + "checkpoints/")) {
                findings.add(Finding.Code.UNKNOWN_FILE, name, "no checkpoint asks for it");
            }
        }
    }

    // --- what others ask -------------------------------------------------------------------------

    int year() {
        return year;
    }

    String origin() {
        return origin;
    }

    /** The largest tree that was signed; null if there is none. */
    @Nullable SignedHead verified() {
        return head();
    }

    /** The root of the entries at a size that was asked for, if there are so many. */
    byte @Nullable [] root(long size) {
        return roots.get(size);
    }

    /** How many checkpoints are published and signed. */
    int published() {
        return heads.size();
    }

    /** What this log says of the one before it. */
    Leaf.@Nullable Previous previous() {
        return previous;
    }

    static String base64(byte[] hash) {
        return Base64.getEncoder().encodeToString(hash);
    }

    /** When a file was stored, if that is known. */
    static boolean isShort(ArchiveFiles.Stored stored, Duration retention) {
        var lock = stored.lock();
        var at = stored.at();
        return lock == null
                || !lock.mode().equals("COMPLIANCE")
                // it is stored a moment after its lock was computed
                || lock.until()
                        .isBefore((at == null ? Instant.EPOCH : at).plus(retention).minus(MOMENT));
    }
}
