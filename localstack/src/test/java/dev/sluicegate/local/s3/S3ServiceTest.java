package dev.sluicegate.local.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluicegate.local.aws.Authorization;
import dev.sluicegate.local.aws.LocalCaller;
import dev.sluicegate.local.aws.LocalRequest;
import dev.sluicegate.local.edge.TestFront;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.DefaultRetention;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.MFADelete;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.ObjectLockConfiguration;
import software.amazon.awssdk.services.s3.model.ObjectLockEnabled;
import software.amazon.awssdk.services.s3.model.ObjectLockLegalHoldStatus;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;
import software.amazon.awssdk.services.s3.model.ObjectLockRetention;
import software.amazon.awssdk.services.s3.model.ObjectLockRetentionMode;
import software.amazon.awssdk.services.s3.model.ObjectLockRule;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

class S3ServiceTest {
    private static final String BUCKET = "audit-000000000000";
    private static final Instant START = Instant.parse("2026-11-24T10:00:00Z");

    /** Time that a test moves. */
    private static final class HandClock extends Clock {
        private Instant now = START;

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    private final HandClock clock = new HandClock();
    private @TempDir Path folder;
    private S3Service service;
    private TestFront front;
    private S3Client client;

    @BeforeEach
    void start() {
        service = new S3Service(folder, "eu-central-1", clock);
        service.createLockedBucket(BUCKET, "COMPLIANCE", 1);
        service.createBucket("plain");
        front = TestFront.before(service);
        client = front.client(S3Client.builder());
    }

    @AfterEach
    void stop() {
        client.close();
        front.close();
    }

    private PutObjectResponse put(String bucket, String key, String text) {
        return put(bucket, key, text, request -> request);
    }

    private PutObjectResponse put(
            String bucket, String key, String text, UnaryOperator<PutObjectRequest.Builder> more) {
        return client.putObject(
                more.apply(PutObjectRequest.builder().bucket(bucket).key(key)).build(),
                RequestBody.fromString(text));
    }

    private String text(String bucket, String key) {
        return client.getObjectAsBytes(get -> get.bucket(bucket).key(key)).asUtf8String();
    }

    private static void refused(int status, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(status));
    }

    @Test
    void anObjectComesBackAsItWasWritten() {
        var key = "tlog/entries/ü x+y=1&2";
        put(
                BUCKET,
                key,
                "hello",
                request -> request.contentType("text/plain").metadata(Map.of("who", "ada")));

        var got =
                client.getObjectAsBytes(
                        get -> get.bucket(BUCKET).key(key).checksumMode(ChecksumMode.ENABLED));
        var head = client.headObject(ask -> ask.bucket(BUCKET).key(key));

        assertThat(got.asUtf8String()).isEqualTo("hello");
        assertThat(got.response().contentType()).isEqualTo("text/plain");
        assertThat(got.response().metadata()).containsEntry("who", "ada");
        assertThat(got.response().eTag()).isEqualTo("\"5d41402abc4b2a76b9719d911017c592\"");
        assertThat(got.response().lastModified()).isEqualTo(START);
        assertThat(head.contentLength()).isEqualTo(5);
        assertThat(head.objectLockMode()).isEqualTo(ObjectLockMode.COMPLIANCE);
        assertThat(head.objectLockRetainUntilDate()).isEqualTo(START.plus(Duration.ofDays(1)));
    }

    @ParameterizedTest
    @EnumSource(
            value = ChecksumAlgorithm.class,
            names = {"CRC32", "CRC32_C", "SHA1", "SHA256"})
    void checksumsAreVerifiedKeptAndReturned(ChecksumAlgorithm algorithm) {
        put("plain", "a", "hello", request -> request.checksumAlgorithm(algorithm));

        var got =
                client.getObjectAsBytes(
                        get -> get.bucket("plain").key("a").checksumMode(ChecksumMode.ENABLED));

        assertThat(got.asUtf8String()).isEqualTo("hello");
        assertThat(
                        List.of(
                                String.valueOf(got.response().checksumCRC32()),
                                String.valueOf(got.response().checksumCRC32C()),
                                String.valueOf(got.response().checksumSHA1()),
                                String.valueOf(got.response().checksumSHA256())))
                .filteredOn(checksum -> !checksum.equals("null"))
                .hasSize(1);
    }

    @Test
    void aWrongChecksumIsRefused() {
        refused(
                400,
                () ->
                        put(
                                "plain",
                                "a",
                                "hello",
                                request ->
                                        request.checksumSHA256(
                                                "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")));
        refused(
                400,
                () ->
                        put(
                                "plain",
                                "a",
                                "hello",
                                request -> request.contentMD5("1B2M2Y8AsgTpgAmY7PhCfg==")));

        assertThatThrownBy(() -> text("plain", "a")).isInstanceOf(NoSuchKeyException.class);
    }

    @Test
    void aTrailerThatDoesNotMatchItsChunksIsRefused() {
        var good = chunked("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "5");
        var flipped = chunked("5\r\nhellp\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "5");
        var missing = chunked("5\r\nhello\r\n0\r\n\r\n", "5");
        var cut = chunked("5\r\nhello\r\n", "5");
        var shorter = chunked("4\r\nhell\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "5");
        var huge = chunked("7fffffff\r\nhello\r\n0\r\n\r\n", "5");

        assertThat(good).isEqualTo(200);
        assertThat(List.of(flipped, missing, cut, shorter, huge)).containsOnly(400);
    }

    private int chunked(String body, String length) {
        var headers = new HashMap<String, List<String>>();
        headers.put("x-amz-content-sha256", List.of("STREAMING-UNSIGNED-PAYLOAD-TRAILER"));
        headers.put("content-encoding", List.of("aws-chunked"));
        headers.put("x-amz-decoded-content-length", List.of(length));
        headers.put("x-amz-trailer", List.of("x-amz-checksum-crc32"));
        var request =
                new LocalRequest(
                        "PUT",
                        "/plain/chunks",
                        null,
                        headers,
                        body.getBytes(StandardCharsets.US_ASCII));
        return service.handle(request, new LocalCaller("arn", "AKID", Map.of())).status();
    }

    @Test
    void aKeyIsWrittenOnceOnly() {
        put(BUCKET, "a", "1", request -> request.ifNoneMatch("*"));

        refused(412, () -> put(BUCKET, "a", "2", request -> request.ifNoneMatch("*")));
        assertThat(text(BUCKET, "a")).isEqualTo("1");
        assertThat(versions("a")).hasSize(1);
    }

    @Test
    void aPointerMovesOnlyFromWhereItWasSeen() {
        var first = put("plain", "pointer", "1");
        var second = put("plain", "pointer", "2", request -> request.ifMatch(first.eTag()));

        refused(412, () -> put("plain", "pointer", "3", request -> request.ifMatch(first.eTag())));
        refused(404, () -> put("plain", "nowhere", "3", request -> request.ifMatch(second.eTag())));
        assertThat(text("plain", "pointer")).isEqualTo("2");
    }

    private List<ObjectVersion> versions(String key) {
        return client.listObjectVersions(list -> list.bucket(BUCKET).prefix(key)).versions();
    }

    @Test
    void aLockedVersionOutlivesEveryDeletionUntilItsDay() {
        var version = put(BUCKET, "a", "1").versionId();
        put(BUCKET, "a", "2");

        refused(
                403,
                () ->
                        client.deleteObject(
                                delete -> delete.bucket(BUCKET).key("a").versionId(version)));
        refused(
                403,
                () ->
                        client.deleteObject(delete ->
                                delete.bucket(BUCKET)
                                        .key("a")
                                        .versionId(version)
                                        .bypassGovernanceRetention(true)));
        var marker = client.deleteObject(delete -> delete.bucket(BUCKET).key("a"));
        assertThat(marker.deleteMarker()).isTrue();
        assertThat(versions("a")).hasSize(2);
        assertThat(
                        client.getObjectAsBytes(
                                        get -> get.bucket(BUCKET).key("a").versionId(version))
                                .asUtf8String())
                .isEqualTo("1");
        assertThatThrownBy(() -> text(BUCKET, "a")).isInstanceOf(NoSuchKeyException.class);

        clock.pass(Duration.ofDays(1).plusSeconds(1));
        client.deleteObject(delete -> delete.bucket(BUCKET).key("a").versionId(version));
        assertThat(versions("a")).hasSize(1);
    }

    @Test
    void manyDeletionsAtOnceSpareWhatIsLocked() {
        var locked = put(BUCKET, "a", "1").versionId();

        var answer =
                client.deleteObjects(delete ->
                        delete.bucket(BUCKET)
                                .bypassGovernanceRetention(true)
                                .delete(
                                        Delete.builder()
                                                .objects(
                                                        ObjectIdentifier.builder()
                                                                .key("a")
                                                                .versionId(locked)
                                                                .build(),
                                                        ObjectIdentifier.builder().key("b").build())
                                                .build()));

        assertThat(answer.errors())
                .singleElement()
                .satisfies(error -> assertThat(error.code()).isEqualTo("AccessDenied"));
        assertThat(answer.deleted())
                .singleElement()
                .satisfies(each -> assertThat(each.deleteMarker()).isTrue());
        assertThat(versions("a")).hasSize(1);
    }

    private void retain(ObjectLockRetentionMode mode, Instant until, boolean bypass) {
        client.putObjectRetention(request ->
                request.bucket(BUCKET)
                        .key("a")
                        .bypassGovernanceRetention(bypass ? true : null)
                        .retention(
                                ObjectLockRetention.builder()
                                        .mode(mode)
                                        .retainUntilDate(until)
                                        .build()));
    }

    @Test
    void complianceIsExtendedButNeverShortenedNorWeakened() {
        put(BUCKET, "a", "1");
        var later = START.plus(Duration.ofDays(10));

        retain(ObjectLockRetentionMode.COMPLIANCE, later, false);
        refused(403, () -> retain(ObjectLockRetentionMode.COMPLIANCE, later.minusSeconds(1), true));
        refused(403, () -> retain(ObjectLockRetentionMode.GOVERNANCE, later, true));
        refused(
                403,
                () ->
                        client.putObjectRetention(request ->
                                request.bucket(BUCKET)
                                        .key("a")
                                        .bypassGovernanceRetention(true)
                                        .retention(ObjectLockRetention.builder().build())));
        refused(400, () -> retain(ObjectLockRetentionMode.COMPLIANCE, START.minusSeconds(1), true));
        assertThat(
                        client.getObjectRetention(get -> get.bucket(BUCKET).key("a"))
                                .retention()
                                .retainUntilDate())
                .isEqualTo(later);
    }

    @Test
    void governanceGivesWayToTheBypassOnly() {
        var until = START.plus(Duration.ofDays(3));
        var version =
                put(
                                BUCKET,
                                "a",
                                "1",
                                request ->
                                        request.objectLockMode(ObjectLockMode.GOVERNANCE)
                                                .objectLockRetainUntilDate(until))
                        .versionId();

        refused(
                403,
                () -> retain(ObjectLockRetentionMode.GOVERNANCE, until.minusSeconds(1), false));
        refused(
                403,
                () ->
                        client.deleteObject(
                                delete -> delete.bucket(BUCKET).key("a").versionId(version)));
        retain(ObjectLockRetentionMode.GOVERNANCE, until.minusSeconds(1), true);
        client.deleteObject(delete ->
                delete.bucket(BUCKET).key("a").versionId(version).bypassGovernanceRetention(true));
        assertThat(versions("a")).isEmpty();
    }

    @Test
    void aLegalHoldHoldsWithoutADay() {
        var version =
                put(
                                BUCKET,
                                "a",
                                "1",
                                request ->
                                        request.objectLockLegalHoldStatus(
                                                ObjectLockLegalHoldStatus.ON))
                        .versionId();
        clock.pass(Duration.ofDays(400));

        refused(
                403,
                () ->
                        client.deleteObject(delete ->
                                delete.bucket(BUCKET)
                                        .key("a")
                                        .versionId(version)
                                        .bypassGovernanceRetention(true)));
        client.putObjectLegalHold(hold ->
                hold.bucket(BUCKET)
                        .key("a")
                        .legalHold(status -> status.status(ObjectLockLegalHoldStatus.OFF)));
        client.deleteObject(delete -> delete.bucket(BUCKET).key("a").versionId(version));

        assertThat(versions("a")).isEmpty();
    }

    @Test
    void aLockAskedForWithoutADigestOrAnEndIsRefused() {
        var headers = new HashMap<String, List<String>>();
        headers.put("x-amz-object-lock-mode", List.of("COMPLIANCE"));
        headers.put("x-amz-object-lock-retain-until-date", List.of("2026-12-24T10:00:00Z"));
        var noDigest = new LocalRequest("PUT", "/" + BUCKET + "/a", null, headers, new byte[0]);

        assertThat(service.handle(noDigest, new LocalCaller("arn", "AKID", Map.of())).status())
                .isEqualTo(400);
        refused(
                400,
                () ->
                        put(
                                BUCKET,
                                "a",
                                "1",
                                request -> request.objectLockMode(ObjectLockMode.COMPLIANCE)));
        refused(
                400,
                () ->
                        put(
                                "plain",
                                "a",
                                "1",
                                request ->
                                        request.objectLockMode(ObjectLockMode.COMPLIANCE)
                                                .objectLockRetainUntilDate(START.plusSeconds(60))));
        refused(
                400,
                () ->
                        put(
                                BUCKET,
                                "a",
                                "1",
                                request ->
                                        request.objectLockMode(ObjectLockMode.COMPLIANCE)
                                                .objectLockRetainUntilDate(START)));
    }

    @Test
    void versioningCannotBeSuspendedUnderALock() {
        refused(
                409,
                () ->
                        client.putBucketVersioning(request ->
                                request.bucket(BUCKET)
                                        .versioningConfiguration(v ->
                                                v.status(BucketVersioningStatus.SUSPENDED)
                                                        .mfaDelete(MFADelete.DISABLED))));
        assertThat(client.getBucketVersioning(get -> get.bucket(BUCKET)).status())
                .isEqualTo(BucketVersioningStatus.ENABLED);
    }

    @Test
    void aLockNeedsVersioningFirst() {
        var rule =
                ObjectLockConfiguration.builder()
                        .objectLockEnabled(ObjectLockEnabled.ENABLED)
                        .rule(
                                ObjectLockRule.builder()
                                        .defaultRetention(
                                                DefaultRetention.builder()
                                                        .mode(ObjectLockRetentionMode.GOVERNANCE)
                                                        .days(7)
                                                        .build())
                                        .build())
                        .build();

        refused(
                409,
                () ->
                        client.putObjectLockConfiguration(
                                put -> put.bucket("plain").objectLockConfiguration(rule)));
        client.putBucketVersioning(request ->
                request.bucket("plain")
                        .versioningConfiguration(v -> v.status(BucketVersioningStatus.ENABLED)));
        client.putObjectLockConfiguration(put -> put.bucket("plain").objectLockConfiguration(rule));

        assertThat(
                        client.getObjectLockConfiguration(get -> get.bucket("plain"))
                                .objectLockConfiguration()
                                .rule()
                                .defaultRetention()
                                .days())
                .isEqualTo(7);
        put("plain", "a", "1");
        assertThat(
                        client.getObjectRetention(get -> get.bucket("plain").key("a"))
                                .retention()
                                .retainUntilDate())
                .isEqualTo(START.plus(Duration.ofDays(7)));
    }

    @Test
    void everythingIsThereAfterARestart() {
        var version = put(BUCKET, "a", "1").versionId();
        put(BUCKET, "a", "2");
        put("plain", "b", "3");

        var again = new S3Service(folder, "eu-central-1", clock);
        try (var other = TestFront.before(again);
                var reader = other.client(S3Client.builder())) {
            assertThat(reader.getObjectAsBytes(get -> get.bucket(BUCKET).key("a")).asUtf8String())
                    .isEqualTo("2");
            assertThat(
                            reader.getObjectAsBytes(
                                            get -> get.bucket(BUCKET).key("a").versionId(version))
                                    .asUtf8String())
                    .isEqualTo("1");
            refused(
                    403,
                    () ->
                            reader.deleteObject(
                                    delete -> delete.bucket(BUCKET).key("a").versionId(version)));
            refused(
                    412,
                    () ->
                            reader.putObject(
                                    request -> request.bucket("plain").key("b").ifNoneMatch("*"),
                                    RequestBody.fromString("4")));
        }
    }

    @Test
    void keysAreListedInPagesAndFolders() {
        for (var i = 0; i < 5; i++) {
            put("plain", "d/" + i, "x");
        }
        put("plain", "e", "x");

        var pages = client.listObjectsV2Paginator(list -> list.bucket("plain").maxKeys(2));
        var top = client.listObjectsV2(list -> list.bucket("plain").delimiter("/"));
        var after =
                client.listObjectsV2(list -> list.bucket("plain").prefix("d/").startAfter("d/2"));

        assertThat(pages.contents())
                .extracting(S3Object::key)
                .containsExactly("d/0", "d/1", "d/2", "d/3", "d/4", "e");
        assertThat(top.commonPrefixes())
                .extracting(prefix -> prefix.prefix())
                .containsExactly("d/");
        assertThat(top.contents()).extracting(S3Object::key).containsExactly("e");
        assertThat(after.contents()).extracting(S3Object::key).containsExactly("d/3", "d/4");
    }

    @Test
    void versionsAreListedInPagesNewestFirst() {
        for (var i = 0; i < 3; i++) {
            put(BUCKET, "a", "a" + i);
            put(BUCKET, "b", "b" + i);
        }
        client.deleteObject(delete -> delete.bucket(BUCKET).key("a"));

        var seen = new ArrayList<String>();
        var pages = client.listObjectVersionsPaginator(list -> list.bucket(BUCKET).maxKeys(2));
        pages.forEach(page -> {
            page.deleteMarkers()
                    .forEach(each -> seen.add(each.key() + " marker " + each.isLatest()));
            page.versions().forEach(each -> seen.add(each.key() + " " + each.isLatest()));
        });

        assertThat(seen)
                .containsExactlyInAnyOrder(
                        "a marker true",
                        "a false",
                        "a false",
                        "a false",
                        "b true",
                        "b false",
                        "b false");
    }

    @Test
    void aRangeIsCut() {
        put("plain", "a", "0123456789");

        var got = client.getObjectAsBytes(get -> get.bucket("plain").key("a").range("bytes=2-4"));

        assertThat(got.asUtf8String()).isEqualTo("234");
        assertThat(got.response().contentRange()).isEqualTo("bytes 2-4/10");
        refused(
                416,
                () ->
                        client.getObjectAsBytes(
                                get -> get.bucket("plain").key("a").range("bytes=10-")));
    }

    @Test
    void whatIsNotThereOrNotKnownIsRefused() {
        assertThatThrownBy(() -> text("plain", "nothing")).isInstanceOf(NoSuchKeyException.class);
        assertThatThrownBy(() -> text("nowhere", "nothing"))
                .isInstanceOf(NoSuchBucketException.class);
        refused(501, () -> client.createMultipartUpload(upload -> upload.bucket("plain").key("a")));
        refused(501, () -> client.putBucketPolicy(policy -> policy.bucket("plain").policy("{}")));
        refused(
                501,
                () ->
                        client.copyObject(copy ->
                                copy.sourceBucket("plain")
                                        .sourceKey("a")
                                        .destinationBucket("plain")
                                        .destinationKey("b")));
        refused(
                409,
                () -> {
                    put("plain", "a", "1");
                    client.deleteBucket(delete -> delete.bucket("plain"));
                });
    }

    @Test
    void aDocumentTypeInXmlIsRefused() {
        var body =
                "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><Retention><Mode>&e;</Mode></Retention>";
        var request =
                new LocalRequest(
                        "PUT",
                        "/" + BUCKET + "/a",
                        "retention",
                        Map.of(),
                        body.getBytes(StandardCharsets.UTF_8));
        put(BUCKET, "a", "1");

        assertThat(service.handle(request, new LocalCaller("arn", "AKID", Map.of())).status())
                .isEqualTo(400);
    }

    @Test
    void iamIsAskedAboutTheLockAndTheCondition() {
        var headers =
                Map.of(
                        "if-none-match", List.of("*"),
                        "x-amz-object-lock-mode", List.of("COMPLIANCE"),
                        "x-amz-object-lock-retain-until-date",
                                List.of(START.plus(Duration.ofDays(5)).toString()));
        var put =
                service.authorizations(new LocalRequest("PUT", "/b/k", null, headers, new byte[0]));
        var delete =
                service.authorizations(
                        new LocalRequest(
                                "DELETE",
                                "/b/k",
                                "versionId=1",
                                Map.of("x-amz-bypass-governance-retention", List.of("true")),
                                new byte[0]));
        var policy =
                service.authorizations(
                        new LocalRequest("PUT", "/b", "policy", Map.of(), new byte[0]));

        assertThat(put)
                .extracting(Authorization::action)
                .containsExactly("s3:PutObject", "s3:PutObjectRetention");
        assertThat(put.getFirst().resource()).isEqualTo("arn:aws:s3:::b/k");
        assertThat(put.getFirst().context())
                .containsEntry("s3:if-none-match", List.of("*"))
                .containsEntry("s3:object-lock-mode", List.of("COMPLIANCE"))
                .containsEntry("s3:object-lock-remaining-retention-days", List.of("5"));
        assertThat(delete)
                .extracting(Authorization::action)
                .containsExactly("s3:DeleteObjectVersion", "s3:BypassGovernanceRetention");
        assertThat(policy).extracting(Authorization::action).containsExactly("s3:*");
    }
}
