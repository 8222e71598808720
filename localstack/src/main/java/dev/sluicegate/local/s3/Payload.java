package dev.sluicegate.local.s3;

import dev.sluicegate.local.aws.LocalRequest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;

/**
 * The object in a request, taken out of its {@code aws-chunked} framing, with every digest that the request
 * states verified. Signatures of single chunks need the caller's key and are not verified; the digests are.
 *
 * @param checksums by header name, base64, as verified
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html">Signature calculations
 *     for trailing headers</a>
 */
record Payload(byte[] bytes, Map<String, String> checksums, boolean contentMd5) {
    private static final String CHECKSUM = "x-amz-checksum-";

    static Payload of(LocalRequest request) {
        var declared = new HashMap<String, String>();
        request.headers()
                .forEach((name, values) -> {
                    if (isChecksum(name)) {
                        declared.put(name, values.getFirst());
                    }
                });
        var sha = request.header("x-amz-content-sha256");
        byte[] bytes;
        if (sha != null && sha.startsWith("STREAMING-")) {
            bytes = unchunked(request, declared);
        } else {
            bytes = request.body();
            if (sha != null
                    && sha.matches("[0-9a-f]{64}")
                    && !sha.equals(HexFormat.of().formatHex(digest("SHA-256", bytes)))) {
                throw new S3Exception(
                        400,
                        "XAmzContentSHA256Mismatch",
                        "The provided 'x-amz-content-sha256' header does not match what was computed.");
            }
        }
        declared.forEach((name, value) -> verify(name, value, bytes));
        var md5 = request.header("content-md5");
        if (md5 != null && !md5.equals(base64(digest("MD5", bytes)))) {
            throw badDigest("Content-MD5");
        }
        return new Payload(bytes, Map.copyOf(declared), md5 != null);
    }

    String etag() {
        return HexFormat.of().formatHex(digest("MD5", bytes));
    }

    boolean hasDigest() {
        return contentMd5 || !checksums.isEmpty();
    }

    private static byte[] unchunked(LocalRequest request, Map<String, String> declared) {
        var body = request.body();
        var out = new ByteArrayOutputStream(body.length);
        var trailers = new HashMap<String, String>();
        var at = 0;
        var size = -1;
        while (size != 0) {
            var line = line(body, at);
            at += line.length() + 2;
            var end = line.indexOf(';');
            try {
                size = Integer.parseInt(end < 0 ? line : line.substring(0, end), 16);
            } catch (NumberFormatException e) {
                throw incomplete();
            }
            if (size < 0 || size > body.length - at) {
                throw incomplete();
            }
            out.write(body, at, size);
            at += size;
            if (size > 0) {
                if (!line(body, at).isEmpty()) {
                    throw incomplete();
                }
                at += 2;
            }
        }
        while (at < body.length) {
            var line = line(body, at);
            at += line.length() + 2;
            var colon = line.indexOf(':');
            if (colon > 0) {
                trailers.put(
                        line.substring(0, colon).trim().toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).trim());
            }
        }
        var bytes = out.toByteArray();
        var length = request.header("x-amz-decoded-content-length");
        if (length == null || !length.equals(Integer.toString(bytes.length))) {
            throw incomplete();
        }
        var announced = request.header("x-amz-trailer");
        if (announced != null) {
            for (var each : announced.split(",", -1)) {
                var name = each.trim().toLowerCase(Locale.ROOT);
                var value = trailers.get(name);
                if (value == null) {
                    throw new S3Exception(
                            400,
                            "MalformedTrailerError",
                            "The request contained trailing data that was not well-formed");
                }
                if (isChecksum(name)) {
                    declared.put(name, value);
                }
            }
        }
        return bytes;
    }

    /** Text up to the next CRLF. */
    private static String line(byte[] body, int from) {
        for (var i = from; i + 1 < body.length; i++) {
            if (body[i] == '\r' && body[i + 1] == '\n') {
                return new String(body, from, i - from, StandardCharsets.US_ASCII);
            }
        }
        throw incomplete();
    }

    private static boolean isChecksum(String name) {
        return name.startsWith(CHECKSUM)
                && !name.equals("x-amz-checksum-algorithm")
                && !name.equals("x-amz-checksum-type")
                && !name.equals("x-amz-checksum-mode");
    }

    private static void verify(String name, String value, byte[] bytes) {
        var computed = compute(name, bytes);
        if (computed == null) {
            throw S3Exception.notImplemented("checksum " + name.substring(CHECKSUM.length()));
        }
        if (!computed.equals(value)) {
            throw badDigest(name.substring(CHECKSUM.length()));
        }
    }

    private static @Nullable String compute(String name, byte[] bytes) {
        return switch (name.substring(CHECKSUM.length())) {
            case "crc32" -> crc(new CRC32(), bytes);
            case "crc32c" -> crc(new CRC32C(), bytes);
            case "sha1" -> base64(digest("SHA-1", bytes));
            case "sha256" -> base64(digest("SHA-256", bytes));
            default -> null;
        };
    }

    private static String crc(Checksum checksum, byte[] bytes) {
        checksum.update(bytes);
        return base64(ByteBuffer.allocate(4).putInt((int) checksum.getValue()).array());
    }

    private static byte[] digest(String algorithm, byte[] bytes) {
        try {
            return MessageDigest.getInstance(algorithm).digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static S3Exception badDigest(String which) {
        return new S3Exception(
                400,
                "BadDigest",
                "The " + which + " you specified did not match the calculated checksum.");
    }

    private static S3Exception incomplete() {
        return new S3Exception(
                400,
                "IncompleteBody",
                "The request body terminated unexpectedly or its framing is wrong");
    }
}
