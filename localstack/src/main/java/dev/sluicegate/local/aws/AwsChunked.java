package dev.sluicegate.local.aws;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Takes {@code aws-chunked} framing off a body, verifying the signature of each chunk and of the trailer where the
 * mode has them. A trailing checksum becomes a header of the request, for the service to verify.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html">Signature calculations for
 *     chunked uploads</a>
 */
final class AwsChunked {
    private static final String SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    private static final String SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    private static final String UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

    static final Set<String> MODES = Set.of(SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER);

    private static final String EMPTY_SHA256 = Sigv4.sha256(new byte[0]);

    /** Chunk headers and trailers are short; anything longer is not framing. */
    private static final int MAX_LINE = 1024;

    private final byte[] key;
    private final String timestamp;
    private final String scope;
    private final String mode;
    private String previous;
    private byte[] framed = new byte[0];
    private int at;

    /**
     * @param seed signature of the request's headers
     * @param mode value of {@code x-amz-content-sha256}
     */
    AwsChunked(byte[] key, String timestamp, String scope, String seed, String mode) {
        this.key = key.clone();
        this.timestamp = timestamp;
        this.scope = scope;
        this.previous = seed;
        this.mode = mode;
    }

    LocalRequest decode(LocalRequest request) {
        framed = request.body();
        var body = new ByteArrayOutputStream(framed.length);
        boolean signed = !mode.equals(UNSIGNED_TRAILER);
        while (true) {
            String head = line();
            int semicolon = head.indexOf(';');
            int size = size(semicolon < 0 ? head : head.substring(0, semicolon));
            byte[] chunk = Arrays.copyOfRange(framed, at, at + size);
            at += size;
            if (signed) {
                String prefix = ";chunk-signature=";
                if (semicolon < 0 || !head.startsWith(prefix, semicolon)) {
                    throw broken("a chunk is not signed");
                }
                verify(
                        ALGORITHM_PAYLOAD,
                        EMPTY_SHA256 + "\n" + Sigv4.sha256(chunk),
                        head.substring(semicolon + prefix.length()));
            }
            if (size == 0) {
                break;
            }
            body.writeBytes(chunk);
            if (!line().isEmpty()) {
                throw broken("a chunk is longer than it says");
            }
        }
        var headers = new HashMap<>(request.headers());
        trailers(headers);
        int length = body.size();
        String declared = request.header("x-amz-decoded-content-length");
        if (declared != null && !declared.equals(Integer.toString(length))) {
            throw broken("x-amz-decoded-content-length does not match");
        }
        headers.put("content-length", List.of(Integer.toString(length)));
        // the framing is gone, so nothing may say that it is there
        headers.put("x-amz-content-sha256", List.of(Sigv4.sha256(body.toByteArray())));
        headers.remove("x-amz-decoded-content-length");
        headers.remove("x-amz-trailer");
        encoding(headers);
        return new LocalRequest(
                request.method(),
                request.path(),
                request.query(),
                Map.copyOf(headers),
                body.toByteArray());
    }

    private static final String ALGORITHM_PAYLOAD = Sigv4.ALGORITHM + "-PAYLOAD";
    private static final String ALGORITHM_TRAILER = "AWS4-HMAC-SHA256-TRAILER";

    private void verify(String algorithm, String rest, String signature) {
        String toSign = algorithm + "\n" + timestamp + "\n" + scope + "\n" + previous + "\n" + rest;
        String expected = HexFormat.of().formatHex(Sigv4.hmac(key, toSign));
        if (!Sigv4.same(expected, signature)) {
            throw new LocalServiceException(
                    403, "SignatureDoesNotMatch", "The signature of a chunk does not match");
        }
        previous = expected;
    }

    private void trailers(Map<String, List<String>> headers) {
        var announced =
                headers.getOrDefault("x-amz-trailer", List.of()).stream()
                        .flatMap(value -> Arrays.stream(value.split(",", -1)))
                        .map(name -> name.strip().toLowerCase(Locale.ROOT))
                        .toList();
        var canonical = new StringBuilder();
        String signature = null;
        int found = 0;
        while (at < framed.length) {
            String line = line();
            if (line.isEmpty()) {
                break;
            }
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw broken("malformed trailer");
            }
            String name = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).strip();
            if (name.equals("x-amz-trailer-signature")) {
                signature = value;
                continue;
            }
            if (!announced.contains(name) || headers.containsKey(name)) {
                throw broken("trailer " + name + " was not announced");
            }
            headers.put(name, List.of(value));
            canonical.append(name).append(':').append(value).append('\n');
            found++;
        }
        if (found != announced.size()) {
            throw broken("an announced trailer is missing");
        }
        if (mode.equals(SIGNED_TRAILER)) {
            if (signature == null) {
                throw broken("the trailer is not signed");
            }
            verify(
                    ALGORITHM_TRAILER,
                    Sigv4.sha256(canonical.toString().getBytes(StandardCharsets.UTF_8)),
                    signature);
        }
    }

    private static void encoding(Map<String, List<String>> headers) {
        var rest =
                headers.getOrDefault("content-encoding", List.of()).stream()
                        .flatMap(value -> Arrays.stream(value.split(",", -1)))
                        .map(String::strip)
                        .filter(value -> !value.equalsIgnoreCase("aws-chunked"))
                        .toList();
        if (rest.isEmpty()) {
            headers.remove("content-encoding");
        } else {
            headers.put("content-encoding", List.of(String.join(",", rest)));
        }
    }

    private String line() {
        for (int end = at; end + 1 < framed.length && end - at <= MAX_LINE; end++) {
            if (framed[end] == '\r' && framed[end + 1] == '\n') {
                String line = new String(framed, at, end - at, StandardCharsets.ISO_8859_1);
                at = end + 2;
                return line;
            }
        }
        throw broken("the body ends before its framing does");
    }

    private int size(String hex) {
        int size;
        try {
            size = Integer.parseInt(hex.strip(), 16);
        } catch (NumberFormatException _) {
            throw broken("malformed chunk size");
        }
        if (size < 0 || size > framed.length - at) {
            throw broken("a chunk is shorter than it says");
        }
        return size;
    }

    private static LocalServiceException broken(String why) {
        return new LocalServiceException(400, "IncompleteBody", why);
    }
}
