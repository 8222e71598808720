package dev.sluicegate.local.s3;

import dev.sluicegate.local.aws.Authorization;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.w3c.dom.Element;

/**
 * What IAM is asked about an S3 request.
 *
 * @see <a href="https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html">Actions,
 *     resources, and condition keys for Amazon S3</a>
 */
final class S3Questions {
    private S3Questions() {}

    static List<Authorization> of(S3Request request, Instant now) {
        var operation = request.operation();
        if (operation == null) {
            // what we do not know, only whoever may do everything may find out
            return List.of(new Authorization("s3:*", "*", Map.of()));
        }
        var context = context(request, now);
        var bucket = "arn:aws:s3:::" + request.bucket();
        var object = bucket + "/" + request.key();
        var versioned = request.has("versionId");
        var asked = new ArrayList<Authorization>();
        switch (operation) {
            case "ListBuckets" -> add(asked, "ListAllMyBuckets", "*", context);
            case "HeadBucket", "ListObjects" -> add(asked, "ListBucket", bucket, context);
            case "ListObjectVersions" -> add(asked, "ListBucketVersions", bucket, context);
            case "CreateBucket" -> {
                add(asked, "CreateBucket", bucket, context);
                if (request.header("x-amz-bucket-object-lock-enabled") != null) {
                    add(asked, "PutBucketObjectLockConfiguration", bucket, context);
                    add(asked, "PutBucketVersioning", bucket, context);
                }
            }
            case "GetObjectLockConfiguration" ->
                    add(asked, "GetBucketObjectLockConfiguration", bucket, context);
            case "PutObjectLockConfiguration" ->
                    add(asked, "PutBucketObjectLockConfiguration", bucket, context);
            case "DeleteBucket",
                    "GetBucketLocation",
                    "GetBucketVersioning",
                    "PutBucketVersioning" ->
                    add(asked, operation, bucket, context);
            case "GetObject", "HeadObject" ->
                    add(asked, versioned ? "GetObjectVersion" : "GetObject", object, context);
            case "PutObject" -> {
                add(asked, "PutObject", object, context);
                if (request.header("x-amz-object-lock-mode") != null) {
                    add(asked, "PutObjectRetention", object, context);
                }
                if (request.header("x-amz-object-lock-legal-hold") != null) {
                    add(asked, "PutObjectLegalHold", object, context);
                }
            }
            case "DeleteObject" -> {
                add(asked, versioned ? "DeleteObjectVersion" : "DeleteObject", object, context);
                bypass(request, asked, object, context);
            }
            case "DeleteObjects" -> {
                for (var each : named(request)) {
                    var arn = bucket + "/" + String.valueOf(Xml.text(each, "Key"));
                    add(
                            asked,
                            Xml.text(each, "VersionId") == null
                                    ? "DeleteObject"
                                    : "DeleteObjectVersion",
                            arn,
                            context);
                    bypass(request, asked, arn, context);
                }
            }
            case "PutObjectRetention" -> {
                var until = Xml.parse(Payload.of(request.http()).bytes(), "Retention");
                var date = Xml.text(until, "RetainUntilDate");
                var mode = Xml.text(until, "Mode");
                if (date != null && mode != null) {
                    lock(context, mode, date, now);
                }
                add(asked, "PutObjectRetention", object, context);
                bypass(request, asked, object, context);
            }
            default -> add(asked, operation, object, context);
        }
        return asked;
    }

    private static List<Element> named(S3Request request) {
        return Xml.children(Xml.parse(Payload.of(request.http()).bytes(), "Delete"), "Object");
    }

    private static void bypass(
            S3Request request,
            List<Authorization> asked,
            String object,
            Map<String, List<String>> context) {
        if (request.bypassesGovernance()) {
            add(asked, "BypassGovernanceRetention", object, context);
        }
    }

    private static void add(
            List<Authorization> asked,
            String action,
            String resource,
            Map<String, List<String>> context) {
        asked.add(new Authorization("s3:" + action, resource, context));
    }

    private static Map<String, List<String>> context(S3Request request, Instant now) {
        var context = new HashMap<String, List<String>>();
        for (var parameter : List.of("prefix", "delimiter", "max-keys")) {
            if (request.has(parameter)) {
                context.put(
                        "s3:" + parameter, List.of(request.query().getOrDefault(parameter, "")));
            }
        }
        if (request.has("versionId")) {
            context.put("s3:VersionId", List.of(request.query().getOrDefault("versionId", "")));
        }
        for (var header :
                List.of(
                        "x-amz-server-side-encryption",
                        "x-amz-server-side-encryption-aws-kms-key-id",
                        "x-amz-acl",
                        "x-amz-storage-class",
                        "x-amz-content-sha256")) {
            var value = request.header(header);
            if (value != null) {
                context.put("s3:" + header, List.of(value));
            }
        }
        var hold = request.header("x-amz-object-lock-legal-hold");
        if (hold != null) {
            context.put("s3:object-lock-legal-hold", List.of(hold));
        }
        for (var condition : List.of("if-none-match", "if-match")) {
            var value = request.header(condition);
            if (value != null) {
                context.put("s3:" + condition, List.of(value));
            }
        }
        var mode = request.header("x-amz-object-lock-mode");
        var until = request.header("x-amz-object-lock-retain-until-date");
        if (mode != null && until != null) {
            lock(context, mode, until, now);
        }
        return context;
    }

    private static void lock(
            Map<String, List<String>> context, String mode, String until, Instant now) {
        context.put("s3:object-lock-mode", List.of(mode));
        context.put("s3:object-lock-retain-until-date", List.of(until));
        context.put(
                "s3:object-lock-remaining-retention-days",
                List.of(Long.toString(ObjectLocks.remainingDays(until, now))));
    }
}
