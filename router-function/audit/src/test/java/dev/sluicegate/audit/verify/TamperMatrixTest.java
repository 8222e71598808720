package dev.sluicegate.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluicegate.audit.log.Checkpoint;
import dev.sluicegate.audit.log.EntryBundle;
import dev.sluicegate.audit.log.FileKey;
import dev.sluicegate.audit.log.LogName;
import dev.sluicegate.audit.log.SignedNote;
import dev.sluicegate.record.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every way to tamper with the archive that we know of, one test each: by somebody who may do anything to the
 * files and recomputes every hash that is not signed. Where a row can be found only by who has seen the log
 * before, the test says so and shows that nobody else finds it.
 */
class TamperMatrixTest {
    private static final int[] SIZES = {4, 8, 14};
    private static final Clock NEXT_DAY =
            Clock.fixed(Instant.parse("2026-11-24T10:00:00Z"), ZoneOffset.UTC);
    private static final String BUNDLE = AttackedArchive.LOG + "tile/entries/000.p/14";
    private static final String NEWEST = AttackedArchive.LOG + "checkpoints/00000000000000000014";
    private static final String POINTER = AttackedArchive.LOG + "checkpoint";

    private final World world = world();
    private final AttackedArchive archive = AttackedArchive.of(world, SIZES);

    private static World world() {
        var world = new World();
        world.read("c1"); // entries 3 and 4
        world.write("c2"); // 5, 6, 7
        world.read("c3"); // 8, 9
        world.write("c4"); // 10, 11, 12
        world.vote("approval-1", "lena", World.BIND); // 13
        return world;
    }

    @Test
    void whatNobodyTouchedIsVerified() {
        var report = verify(archive);

        assertThat(report.findings()).isEmpty();
        assertThat(report.exitCode()).isZero();
        assertThat(report.logs()).containsOnly(Map.entry("test/audit/2026", 14L));
        assertThat(report.records()).isEqualTo(14);
        assertThat(report.calls()).isEqualTo(4);
    }

    @Test
    void row01AByteOfAnEntryIsChanged() {
        rewrite(3, entry -> replaced(entry, "\"sub\":\"ada\"", "\"sub\":\"bob\""));

        assertThat(names(verify(archive)))
                .contains("ROOT_MISMATCH", "CHECKPOINT_MISMATCH", "WRITER_CHAIN_BROKEN");
        assertThat(places(verify(archive), Finding.Code.CHECKPOINT_MISMATCH))
                .containsExactly(AttackedArchive.LOG + "checkpoints/00000000000000000004");
        assertThat(details(verify(archive), Finding.Code.CHECKPOINT_MISMATCH))
                .allMatch(detail -> detail.contains("between entries 0 and 3"));
    }

    @Test
    void row02ANewVersionIsPutOnTop() {
        archive.cover(BUNDLE, "forged".getBytes(StandardCharsets.UTF_8));

        assertOnly("OBJECT_REWRITTEN:new-version", BUNDLE);
    }

    @Test
    void row03ADeleteMarkerIsPutOnTop() {
        archive.cover(BUNDLE, null);

        assertOnly("OBJECT_REWRITTEN:delete-marker", BUNDLE);
    }

    @Test
    void row04ABundleIsDeletedForGood() {
        archive.remove(BUNDLE);

        assertOnly("MISSING", BUNDLE);
    }

    @Test
    void row05ARecordIsCutOutOfABundle() {
        var left = new ArrayList<>(all());
        left.remove(9);
        archive.put(BUNDLE, bundle(left));

        assertThat(names(verify(archive)))
                .contains("BUNDLE_WIDTH", "ROOT_MISMATCH", "OMISSION:writer-gap");
    }

    @Test
    void row06AForgedRecordTakesTheLastOnesPlace() {
        rewrite(13, _ -> replaced(world.entries.get(12), "\"sub\":\"lena\"", "\"sub\":\"otto\""));

        assertOnly("ROOT_MISMATCH", NEWEST);
    }

    @Test
    void row07TwoRecordsAreReordered() {
        Collections.swap(world.entries, 10, 11);
        archive.recompute(world.entries, SIZES);

        assertThat(names(verify(archive))).contains("ROOT_MISMATCH");
    }

    @Test
    void row08TwoBundlesAreSwapped() {
        var large = new World();
        for (var i = 0; i < 300; i++) {
            large.read("c" + i);
        }
        var bucket = AttackedArchive.of(large, 300, 600);
        var one = AttackedArchive.LOG + "tile/entries/000";
        var other = AttackedArchive.LOG + "tile/entries/001";
        var bytes = bucket.bytes(one);
        bucket.put(one, bucket.bytes(other));
        bucket.put(other, bytes);

        assertThat(names(verify(bucket))).contains("ROOT_MISMATCH", "ROOT_MISMATCH:entry");
        assertThat(places(verify(bucket), Finding.Code.ROOT_MISMATCH)).contains(one, other);
    }

    @Test
    void row09ThePointerIsSetBack() {
        archive.put(
                POINTER, archive.bytes(AttackedArchive.LOG + "checkpoints/00000000000000000008"));

        assertOnly("ROLLBACK:pointer-older-than-published", POINTER);
    }

    @Test
    void row10TheTailIsCutOffWithItsCheckpointsWhichOnlyStateOrTheJournalShow() {
        var state = verify(archive).known();
        archive.names().stream().filter(name -> name.endsWith("14")).forEach(archive::remove);
        archive.put(
                POINTER, archive.bytes(AttackedArchive.LOG + "checkpoints/00000000000000000008"));

        assertThat(verify(archive).exitCode()).as("nobody who sees it first can know").isZero();
        assertThat(names(verify(archive, state))).containsExactly("ROLLBACK:state");
        JournalView journal =
                seen ->
                        world.entries.forEach(entry ->
                                seen.accept(
                                        new JournalView.Item(
                                                CanonicalJson.sha256(entry),
                                                World.BEGIN,
                                                "a record")));
        var compared = verifier(null).verify(archive, KnownLogs.none(), journal);
        assertThat(names(compared)).containsOnly("TRUNCATED").hasSize(6);
    }

    @Test
    void row11TheWholeLogIsMadeAnewWithAStolenKeyWhichOnlyStateShows() {
        var state = verify(archive).known();
        var other = new World();
        other.read("c1");
        other.read("c2");
        other.read("c3");
        other.read("c4");
        other.read("c5");
        other.vote("approval-1", "lena", World.BIND);
        var forged = AttackedArchive.of(other, SIZES);

        assertThat(verify(forged).exitCode()).as("nobody who sees it first can know").isZero();
        assertThat(names(verify(forged, state))).containsExactly("FORK:state");
    }

    @Test
    void row12TwoTreesOfOneSizeAreSigned() {
        var other = world();
        other.entries.set(12, world.entries.get(11));
        archive.put(
                POINTER,
                AttackedArchive.pointer(other, AttackedArchive.KEY, AttackedArchive.NAME, SIZES));

        assertOnly("FORK:same-size", POINTER);
    }

    @Test
    void row13ACheckpointIsSignedByAnotherKey() {
        var seed = new byte[32];
        Arrays.fill(seed, (byte) 7);
        archive.put(
                POINTER,
                AttackedArchive.pointer(world, FileKey.ofSeed(seed), AttackedArchive.NAME, SIZES));

        assertOnly("HEAD_INVALID", POINTER);
    }

    @Test
    void row14AHashOfATileIsChanged() {
        var tile = AttackedArchive.LOG + "tile/0/000.p/14";
        archive.put(tile, flipped(archive.bytes(tile), 99));

        assertOnly("TILE_MISMATCH", tile);
    }

    @Test
    void row15TheArchiverDropsARecord() {
        var dropped = world();
        dropped.lose();
        dropped.read("c9");

        var report = verify(AttackedArchive.of(dropped, 16));

        assertThat(names(report)).containsOnly("OMISSION:writer-gap");
        assertThat(report.findings().getFirst().place()).isEqualTo("test/audit/2026#14");
    }

    @Test
    void row16TwoClonesWriteAsOneWriter() {
        var cloned = world();
        cloned.cloneOfTheRouterWrites();

        assertThat(names(verify(AttackedArchive.of(cloned, 16)))).containsOnly("WRITER_FORK");
    }

    @Test
    void row17AToolRanAndTheRouterSaysNothing() {
        var silent = world();
        silent.exec(new World.Draft().call("c9").effect("write").exec("sha256:" + "0".repeat(64)));

        assertThat(names(verify(AttackedArchive.of(silent, 15))))
                .containsOnly("EXECUTION_WITHOUT_INTENT");
    }

    @Test
    void row18TheRouterDiedAfterTheExecutionWhichIsNoTampering() {
        var died = world();
        var sha =
                died.intent(
                        new World.Draft().call("c9").effect("write").decision("permit", World.SET));
        died.exec(new World.Draft().call("c9").effect("write").exec(sha));

        var report = verify(AttackedArchive.of(died, 16));

        assertThat(names(report)).containsExactly("INTENT_WITHOUT_OUTCOME");
        assertThat(report.exitCode()).isZero();
    }

    @Test
    void row19ACheckpointOfAnotherLogIsPutInItsPlace() {
        archive.put(
                POINTER,
                AttackedArchive.pointer(
                        world, AttackedArchive.KEY, new LogName("other/audit"), SIZES));

        assertOnly("WRONG_ORIGIN", POINTER);
    }

    @Test
    void row20APayloadIsSwapped() {
        var name = "payload/2026-11-23/c1.input";
        archive.put(name, archive.bytes("payload/2026-11-23/c3.input"));

        assertOnly("PAYLOAD_SWAPPED", name);
    }

    @Test
    void row21APayloadIsGoneAndNothingSaysThatItWasErased() {
        archive.remove("payload/2026-11-23/c1.input");

        assertOnly("PAYLOAD_MISSING", "payload/2026-11-23/c1.input");

        var erased = world();
        erased.erased("chain-1");
        var bucket = AttackedArchive.of(erased, 15);
        bucket.remove("payload/2026-11-23/c1.input");
        assertThat(verify(bucket).exitCode()).isZero();
        assertThat(verify(bucket).erased()).isEqualTo(2);
    }

    @Test
    void row22AnApprovalIsAbsentLateOnesOwnOrForSomethingElse() {
        assertThat(names(approved(w -> {}, "approval-9")))
                .containsExactly("APPROVAL_INVALID:absent");
        assertThat(names(approved(w -> w.vote("approval-9", "ada", World.BIND), "approval-9")))
                .containsExactly("APPROVAL_INVALID:self");
        assertThat(
                        names(
                                approved(
                                        w -> w.vote("approval-9", "lena", "hmac-sha256:x"),
                                        "approval-9")))
                .containsExactly("APPROVAL_INVALID:binding");
        var late = approving("approval-9");
        late.vote("approval-9", "lena", World.BIND);
        assertThat(names(verify(AttackedArchive.of(late, 17))))
                .containsExactly("APPROVAL_INVALID:late");
        assertThat(names(approved(w -> w.vote("approval-9", "lena", World.BIND), "approval-9")))
                .isEmpty();
    }

    @Test
    void row23ACallIsDecidedByPoliciesThatNobodyPublished() {
        var unknown = world();
        unknown.intent(new World.Draft().call("c9").decision("permit", "sha256:" + "6".repeat(64)));
        unknown.outcome(new World.Draft().call("c9").status("ok"));

        assertThat(names(verify(AttackedArchive.of(unknown, 16))))
                .containsExactly("UNKNOWN_POLICY_SET");
    }

    @Test
    void row24ARetentionIsShort() {
        archive.unlock(BUNDLE);

        assertThat(
                        names(
                                verifier(AttackedArchive.RETENTION)
                                        .verify(archive, KnownLogs.none(), null)))
                .containsExactly("RETENTION_SHORT");
    }

    @Test
    void row25ARecordOfTheJournalWasOverwritten() {
        var overwritten = world();
        overwritten.line("TAMPER");

        var report = verify(AttackedArchive.of(overwritten, 15));

        assertThat(names(report)).containsExactly("JOURNAL_OVERWRITTEN");
        assertThat(report.findings().getFirst().place()).isEqualTo("test/audit/2026#14");
    }

    @Test
    void whatIsYoungMayStillBeOnItsWay() {
        var late = world();
        late.lose();
        late.read("c9");
        var atOnce = Clock.fixed(World.BEGIN.plusSeconds(60), ZoneOffset.UTC);

        var report =
                new Verifier(AttackedArchive.TRUSTED, Verifier.Rules.ofExport(), atOnce)
                        .verify(AttackedArchive.of(late, 16), KnownLogs.none(), null);

        assertThat(names(report)).containsOnly("PENDING:OMISSION");
        assertThat(report.exitCode()).isZero();
    }

    @Test
    void anArchiveThatNothingIsAddedToIsStale() {
        var rules = new Verifier.Rules(Verifier.Rules.SETTLING, Duration.ofMinutes(15), null);

        var report =
                new Verifier(AttackedArchive.TRUSTED, rules, NEXT_DAY)
                        .verify(archive, KnownLogs.none(), null);

        assertThat(report.exitCode()).isEqualTo(Report.STALE);
    }

    @Test
    void anArchiveWithoutALogIsIncomplete() {
        assertThat(verify(new AttackedArchive()).exitCode()).isEqualTo(Report.INCOMPLETE);
    }

    @Test
    void aYearFollowsTheYearBefore() {
        var years = new TwoYears();

        assertThat(verify(years.archive()).findings()).isEmpty();
        assertThat(verify(years.archive()).logs()).hasSize(2);
        assertThat(names(verify(years.withoutTheLastCheckpointOfTheFirst())))
                .contains("ROLLBACK:closed-log");
        assertThat(names(verify(years.withoutTheFirst()))).contains("MISSING");
    }

    @Test
    void aYearThatHasExpiredAsAWholeIsNoTampering() {
        var muchLater = Clock.fixed(Instant.parse("2027-03-01T10:00:00Z"), ZoneOffset.UTC);

        var report =
                new Verifier(AttackedArchive.TRUSTED, Verifier.Rules.ofExport(), muchLater)
                        .verify(new TwoYears().withoutTheFirst(), KnownLogs.none(), null);

        assertThat(report.exitCode()).as(report.findings().toString()).isZero();
        assertThat(names(report)).contains("LOG_EXPIRED");
    }

    @Test
    void noByteOfACheckpointCanChange() {
        var note = archive.bytes(NEWEST);

        for (var i = 0; i < note.length; i++) {
            var changed = flipped(note, i);
            assertThat(SignedHead.open(changed, AttackedArchive.TRUSTED, "test/audit/2026").head())
                    .as("byte " + i)
                    .isEmpty();
        }
        assertThat(Checkpoint.parse(SignedNote.parse(note).text()).previous()).hasValue(8);
    }

    private interface Before {
        void run(World world);
    }

    private static World approving(String approval) {
        var approving = world();
        approving.intent(
                new World.Draft()
                        .call("c9")
                        .decision("permit", World.SET)
                        .approval(approval, World.BIND));
        approving.outcome(new World.Draft().call("c9").status("ok"));
        return approving;
    }

    private static Report approved(Before before, String approval) {
        var approved = world();
        before.run(approved);
        approved.intent(
                new World.Draft()
                        .call("c9")
                        .decision("permit", World.SET)
                        .approval(approval, World.BIND));
        approved.outcome(new World.Draft().call("c9").status("ok"));
        return verify(AttackedArchive.of(approved, approved.entries.size() + 1));
    }

    private interface Change {
        byte[] of(byte[] entry);
    }

    /** Changes an entry and everything that follows from it and is not signed. */
    private void rewrite(int index, Change change) {
        world.entries.set(index - 1, change.of(world.entries.get(index - 1)));
        archive.recompute(world.entries, SIZES);
    }

    private List<byte[]> all() {
        var entries = new ArrayList<byte[]>();
        entries.addAll(EntryBundle.decode(archive.bytes(BUNDLE)));
        return entries;
    }

    private static byte[] bundle(List<byte[]> entries) {
        return EntryBundle.encode(entries);
    }

    private static byte[] replaced(byte[] entry, String old, String by) {
        var text = new String(entry, StandardCharsets.UTF_8);
        assertThat(text).contains(old);
        return text.replace(old, by).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] flipped(byte[] bytes, int at) {
        var changed = bytes.clone();
        changed[at] ^= 1;
        return changed;
    }

    private static Verifier verifier(@Nullable Duration retention) {
        return new Verifier(
                AttackedArchive.TRUSTED,
                new Verifier.Rules(Verifier.Rules.SETTLING, null, retention),
                NEXT_DAY);
    }

    private static Report verify(AttackedArchive archive) {
        return verify(archive, KnownLogs.none());
    }

    private static Report verify(AttackedArchive archive, KnownLogs state) {
        return verifier(null).verify(archive, state, null);
    }

    /** One finding, at one place, and that it is tampering. */
    private void assertOnly(String name, String place) {
        var report = verify(archive);
        assertThat(report.findings())
                .extracting(Finding::name, Finding::place)
                .containsExactly(tuple(name, place));
        assertThat(report.exitCode()).isEqualTo(Report.TAMPERED);
    }

    private static List<String> names(Report report) {
        return report.findings().stream().map(Finding::name).collect(Collectors.toList());
    }

    private static List<String> places(Report report, Finding.Code code) {
        return report.findings().stream()
                .filter(finding -> finding.code() == code)
                .map(Finding::place)
                .toList();
    }

    private static List<String> details(Report report, Finding.Code code) {
        return report.findings().stream()
                .filter(finding -> finding.code() == code)
                .map(Finding::detail)
                .toList();
    }
}
