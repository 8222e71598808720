package dev.sluicegate.local.s3;

import dev.sluicegate.local.aws.LocalResponse;
import dev.sluicegate.local.s3.Bucket.DefaultRetention;
import dev.sluicegate.local.s3.Bucket.Versioning;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Versioning and the default lock of a bucket. */
final class BucketSettings {
    private BucketSettings() {}

    static LocalResponse versioning(Bucket bucket) {
        return Answers.xml(
                Xml.document(
                        "VersioningConfiguration",
                        true,
                        xml -> {
                            switch (bucket.versioning()) {
                                case NEVER -> {}
                                case ENABLED -> xml.leaf("Status", "Enabled");
                                case SUSPENDED -> xml.leaf("Status", "Suspended");
                            }
                        }));
    }

    static LocalResponse putVersioning(Bucket bucket, S3Request request) throws IOException {
        var body = Xml.parse(Payload.of(request.http()).bytes(), "VersioningConfiguration");
        var status = Xml.text(body, "Status");
        bucket.versioning(
                switch (status == null ? "" : status) {
                    case "Enabled" -> Versioning.ENABLED;
                    case "Suspended" -> Versioning.SUSPENDED;
                    default -> throw S3Exception.malformedXml();
                });
        return Answers.empty(200);
    }

    static LocalResponse lockConfiguration(Bucket bucket) {
        if (!bucket.objectLock()) {
            throw new S3Exception(
                    404,
                    "ObjectLockConfigurationNotFoundError",
                    "Object Lock configuration does not exist for this bucket");
        }
        var retention = bucket.defaultRetention();
        return Answers.xml(
                Xml.document(
                        "ObjectLockConfiguration",
                        true,
                        xml -> {
                            xml.leaf("ObjectLockEnabled", "Enabled");
                            if (retention != null) {
                                xml.in(
                                        "Rule",
                                        rule ->
                                                rule.in(
                                                        "DefaultRetention",
                                                        each -> {
                                                            each.leaf("Mode", retention.mode());
                                                            if (retention.years() > 0) {
                                                                each.leaf(
                                                                        "Years", retention.years());
                                                            } else {
                                                                each.leaf("Days", retention.days());
                                                            }
                                                        }));
                            }
                        }));
    }

    static LocalResponse putLockConfiguration(Bucket bucket, S3Request request) throws IOException {
        var body = Xml.parse(Payload.of(request.http()).bytes(), "ObjectLockConfiguration");
        if (!"Enabled".equals(Xml.text(body, "ObjectLockEnabled"))) {
            throw S3Exception.malformedXml();
        }
        var rule = Xml.child(body, "Rule");
        if (rule == null) {
            bucket.objectLock(null);
            return Answers.empty(200);
        }
        var retention = Xml.child(rule, "DefaultRetention");
        if (retention == null) {
            throw S3Exception.malformedXml();
        }
        var mode = Xml.text(retention, "Mode");
        var days = number(Xml.text(retention, "Days"));
        var years = number(Xml.text(retention, "Years"));
        if (mode == null || (days == 0) == (years == 0)) {
            throw S3Exception.malformedXml();
        }
        bucket.objectLock(new DefaultRetention(Retention.Mode.parse(mode), days, years));
        return Answers.empty(200);
    }

    private static int number(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        try {
            var number = Integer.parseInt(text);
            // S3's limit is 100 years
            if (number > 0 && number <= 36_500) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw S3Exception.invalidArgument(
                "Default retention period must be a positive integer value.");
    }
}
