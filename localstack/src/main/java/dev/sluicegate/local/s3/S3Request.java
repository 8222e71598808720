package dev.sluicegate.local.s3;

import dev.sluicegate.local.aws.LocalRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A path-style request taken apart.
 *
 * @param bucket empty for the service itself
 * @param key empty for the bucket itself
 * @param query decoded; a parameter without a value is empty
 */
record S3Request(
        String method, String bucket, String key, Map<String, String> query, LocalRequest http) {

    /** Sub-resources we do not have; without this, PUT ?policy would be taken for CreateBucket. */
    private static final java.util.Set<String> KNOWN =
            java.util.Set.of(
                    "versioning",
                    "object-lock",
                    "location",
                    "versions",
                    "delete",
                    "retention",
                    "legal-hold",
                    "versionId",
                    "list-type",
                    "prefix",
                    "delimiter",
                    "max-keys",
                    "continuation-token",
                    "start-after",
                    "marker",
                    "key-marker",
                    "version-id-marker",
                    "encoding-type",
                    "fetch-owner",
                    "x-id");

    static S3Request of(LocalRequest http) {
        var path = http.path().startsWith("/") ? http.path().substring(1) : http.path();
        var slash = path.indexOf('/');
        var query = new HashMap<String, String>();
        if (http.query() != null && !http.query().isEmpty()) {
            for (var pair : http.query().split("&", -1)) {
                var equals = pair.indexOf('=');
                query.put(
                        decoded(equals < 0 ? pair : pair.substring(0, equals)),
                        equals < 0 ? "" : decoded(pair.substring(equals + 1)));
            }
        }
        return new S3Request(
                http.method(),
                decoded(slash < 0 ? path : path.substring(0, slash)),
                slash < 0 ? "" : decoded(path.substring(slash + 1)),
                Map.copyOf(query),
                http);
    }

    boolean has(String parameter) {
        return query.containsKey(parameter);
    }

    @Nullable String header(String name) {
        return http.header(name);
    }

    boolean bypassesGovernance() {
        return "true".equalsIgnoreCase(header("x-amz-bypass-governance-retention"));
    }

    /** The operation by its API name, or null if it is none of ours. */
    @Nullable String operation() {
        if (!KNOWN.containsAll(query.keySet())) {
            return null;
        }
        if (bucket.isEmpty()) {
            return method.equals("GET") ? "ListBuckets" : null;
        }
        return key.isEmpty() ? bucketOperation() : objectOperation();
    }

    private @Nullable String bucketOperation() {
        if (has("versioning")) {
            return switch (method) {
                case "GET" -> "GetBucketVersioning";
                case "PUT" -> "PutBucketVersioning";
                default -> null;
            };
        }
        if (has("object-lock")) {
            return switch (method) {
                case "GET" -> "GetObjectLockConfiguration";
                case "PUT" -> "PutObjectLockConfiguration";
                default -> null;
            };
        }
        return switch (method) {
            case "HEAD" -> "HeadBucket";
            case "PUT" -> "CreateBucket";
            case "DELETE" -> "DeleteBucket";
            case "POST" -> has("delete") ? "DeleteObjects" : null;
            case "GET" ->
                    has("location")
                            ? "GetBucketLocation"
                            : has("versions") ? "ListObjectVersions" : "ListObjects";
            default -> null;
        };
    }

    private @Nullable String objectOperation() {
        if (has("retention")) {
            return switch (method) {
                case "GET" -> "GetObjectRetention";
                case "PUT" -> "PutObjectRetention";
                default -> null;
            };
        }
        if (has("legal-hold")) {
            return switch (method) {
                case "GET" -> "GetObjectLegalHold";
                case "PUT" -> "PutObjectLegalHold";
                default -> null;
            };
        }
        return switch (method) {
            case "GET" -> "GetObject";
            case "HEAD" -> "HeadObject";
            case "PUT" -> header("x-amz-copy-source") == null ? "PutObject" : null;
            case "DELETE" -> "DeleteObject";
            default -> null;
        };
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new S3Exception(400, "InvalidURI", "Couldn't parse the specified URI.");
        }
    }
}
