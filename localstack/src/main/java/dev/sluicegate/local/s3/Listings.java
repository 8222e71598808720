package dev.sluicegate.local.s3;

import dev.sluicegate.local.aws.LocalResponse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What is in a bucket: keys or versions, by prefix and delimiter, in pages. */
final class Listings {
    private static final int MAX_KEYS = 1000;

    private Listings() {}

    static LocalResponse objects(Bucket bucket, S3Request request) {
        var second = "2".equals(request.query().get("list-type"));
        var prefix = request.query().getOrDefault("prefix", "");
        var delimiter = request.query().getOrDefault("delimiter", "");
        var token = request.query().get("continuation-token");
        var after =
                token != null
                        ? untoken(token)
                        : request.query().getOrDefault(second ? "start-after" : "marker", "");
        var max = max(request);
        var contents = new ArrayList<Version>();
        var prefixes = new TreeSet<String>();
        var truncated = false;
        var last = "";
        for (var version : bucket.all(prefix)) {
            if (!latest(bucket, version) || version.deleteMarker()) {
                continue;
            }
            var common = common(version.key(), prefix, delimiter);
            var name = common == null ? version.key() : common;
            if (name.compareTo(after) <= 0 || (common != null && prefixes.contains(common))) {
                continue;
            }
            if (contents.size() + prefixes.size() == max) {
                truncated = max > 0;
                break;
            }
            if (common == null) {
                contents.add(version);
            } else {
                prefixes.add(common);
            }
            last = name;
        }
        var more = truncated;
        var next = last;
        var encode = encoder(request);
        return Answers.xml(
                Xml.document(
                        "ListBucketResult",
                        true,
                        xml -> {
                            xml.leaf("Name", bucket.name());
                            xml.leaf("Prefix", encode.apply(prefix));
                            xml.leaf("MaxKeys", max);
                            if (!delimiter.isEmpty()) {
                                xml.leaf("Delimiter", encode.apply(delimiter));
                            }
                            if (request.has("encoding-type")) {
                                xml.leaf("EncodingType", "url");
                            }
                            xml.leaf("IsTruncated", more);
                            if (second) {
                                xml.leaf("KeyCount", contents.size() + prefixes.size());
                                if (more) {
                                    xml.leaf("NextContinuationToken", token(next));
                                }
                            } else if (more) {
                                xml.leaf("NextMarker", encode.apply(next));
                            }
                            contents.forEach(version ->
                                    xml.in(
                                            "Contents",
                                            each -> {
                                                each.leaf("Key", encode.apply(version.key()));
                                                each.leaf("LastModified", version.lastModified());
                                                each.leaf("ETag", Answers.quoted(version.etag()));
                                                each.leaf("Size", version.size());
                                                each.leaf("StorageClass", "STANDARD");
                                            }));
                            prefixes(xml, prefixes, encode);
                        }));
    }

    static LocalResponse versions(Bucket bucket, S3Request request) {
        var prefix = request.query().getOrDefault("prefix", "");
        var delimiter = request.query().getOrDefault("delimiter", "");
        var keyMarker = request.query().getOrDefault("key-marker", "");
        var idMarker = request.query().get("version-id-marker");
        var max = max(request);
        var found = new ArrayList<Version>();
        var prefixes = new TreeSet<String>();
        var truncated = false;
        var passed = idMarker == null;
        Version last = null;
        var lastName = "";
        for (var version : bucket.all(prefix)) {
            var common = common(version.key(), prefix, delimiter);
            var name = common == null ? version.key() : common;
            var compared = name.compareTo(keyMarker);
            if (compared < 0 || (compared == 0 && !keyMarker.isEmpty() && passed)) {
                continue;
            }
            if (compared == 0 && !keyMarker.isEmpty()) {
                passed = version.id().equals(idMarker);
                if (passed) {
                    // the rest of this key's versions still follows
                    keyMarker = "";
                }
                continue;
            }
            if (common != null && prefixes.contains(common)) {
                continue;
            }
            if (found.size() + prefixes.size() == max) {
                truncated = max > 0;
                break;
            }
            if (common == null) {
                found.add(version);
                last = version;
            } else {
                prefixes.add(common);
                last = null;
            }
            lastName = name;
        }
        var more = truncated;
        var nextKey = lastName;
        var nextId = last == null ? null : last.id();
        var encode = encoder(request);
        return Answers.xml(
                Xml.document(
                        "ListVersionsResult",
                        true,
                        xml -> {
                            xml.leaf("Name", bucket.name());
                            xml.leaf("Prefix", encode.apply(prefix));
                            xml.leaf("MaxKeys", max);
                            if (request.has("encoding-type")) {
                                xml.leaf("EncodingType", "url");
                            }
                            xml.leaf("IsTruncated", more);
                            if (more) {
                                xml.leaf("NextKeyMarker", encode.apply(nextKey));
                                if (nextId != null) {
                                    xml.leaf("NextVersionIdMarker", nextId);
                                }
                            }
                            found.forEach(version ->
                                    xml.in(
                                            version.deleteMarker() ? "DeleteMarker" : "Version",
                                            each -> {
                                                each.leaf("Key", encode.apply(version.key()));
                                                each.leaf("VersionId", version.id());
                                                each.leaf("IsLatest", latest(bucket, version));
                                                each.leaf("LastModified", version.lastModified());
                                                if (!version.deleteMarker()) {
                                                    each.leaf(
                                                            "ETag", Answers.quoted(version.etag()));
                                                    each.leaf("Size", version.size());
                                                    each.leaf("StorageClass", "STANDARD");
                                                }
                                            }));
                            prefixes(xml, prefixes, encode);
                        }));
    }

    private static boolean latest(Bucket bucket, Version version) {
        var newest = bucket.newest(version.key());
        return newest != null && newest.sequence() == version.sequence();
    }

    private static void prefixes(Xml xml, Set<String> prefixes, UnaryOperator<String> encode) {
        prefixes.forEach(prefix ->
                xml.in("CommonPrefixes", each -> each.leaf("Prefix", encode.apply(prefix))));
    }

    private static @Nullable String common(String key, String prefix, String delimiter) {
        if (delimiter.isEmpty()) {
            return null;
        }
        var end = key.indexOf(delimiter, prefix.length());
        return end < 0 ? null : key.substring(0, end + delimiter.length());
    }

    private static UnaryOperator<String> encoder(S3Request request) {
        return "url".equals(request.query().get("encoding-type"))
                ? text ->
                        URLEncoder.encode(text, StandardCharsets.UTF_8)
                                .replace("+", "%20")
                                .replace("%2F", "/")
                : text -> text;
    }

    private static int max(S3Request request) {
        var text = request.query().get("max-keys");
        if (text == null) {
            return MAX_KEYS;
        }
        try {
            var max = Integer.parseInt(text);
            if (max >= 0) {
                return Math.min(max, MAX_KEYS);
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw S3Exception.invalidArgument(
                "Provided max-keys not an integer or within integer range");
    }

    private static String token(String last) {
        return Base64.getUrlEncoder().encodeToString(last.getBytes(StandardCharsets.UTF_8));
    }

    private static String untoken(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw S3Exception.invalidArgument("The continuation token provided is incorrect");
        }
    }
}
