package dev.sluicegate.local.aws;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Verifies AWS4-HMAC-SHA256 in the {@code Authorization} header. Signatures in the query (presigned URLs) and
 * SigV4A are not accepted.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">Create a
 *     signed request</a>
 */
final class Sigv4 {
    /** AWS's own tolerance. */
    static final Duration MAX_SKEW = Duration.ofMinutes(5);

    static final String ALGORITHM = "AWS4-HMAC-SHA256";

    private static final String UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT);
    private static final Pattern HEADER =
            Pattern.compile(
                    "AWS4-HMAC-SHA256\\s+Credential=([A-Za-z0-9]{16,128})/(\\d{8})/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request"
                            + "\\s*,\\s*SignedHeaders=([a-z0-9;_.-]+)\\s*,\\s*Signature=([0-9a-f]{64})");

    private final Iam iam;
    private final Clock clock;

    Sigv4(Iam iam, Clock clock) {
        this.iam = iam;
        this.clock = clock;
    }

    /**
     * A request whose signature holds.
     *
     * @param request with the body as it was before chunk framing
     */
    record Verified(Session session, LocalRequest request) {}

    /** The parsed {@code Authorization} header. */
    record Claimed(
            String accessKeyId,
            String date,
            String region,
            String service,
            List<String> signedHeaders,
            String signature) {

        String scope() {
            return date + "/" + region + "/" + service + "/aws4_request";
        }
    }

    /** What the header claims; nothing of it is verified. */
    static Optional<Claimed> claimed(LocalRequest request) {
        List<String> values = request.headers().getOrDefault("authorization", List.of());
        if (values.size() != 1) {
            return Optional.empty();
        }
        Matcher matcher = HEADER.matcher(values.getFirst());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(
                new Claimed(
                        matcher.group(1),
                        matcher.group(2),
                        matcher.group(3),
                        matcher.group(4),
                        List.of(matcher.group(5).split(";", -1)),
                        matcher.group(6)));
    }

    /**
     * Verifies the signature, the payload hash, the session token and the session's life.
     *
     * @throws LocalServiceException with the service's own code if any of it does not hold
     */
    Verified verify(LocalRequest request, Claimed claimed) {
        String service = claimed.service();
        if (!claimed.signedHeaders().contains("host")) {
            throw refuse(service, Failure.MALFORMED, "'Host' must be a 'SignedHeader'");
        }
        for (String name : request.headers().keySet()) {
            if (name.startsWith("x-amz-") && !claimed.signedHeaders().contains(name)) {
                throw refuse(service, Failure.MALFORMED, "header " + name + " is not signed");
            }
        }
        if (!claimed.region().equals(Template.REGION)) {
            throw refuse(
                    service,
                    Failure.MISMATCH,
                    "Credential should be scoped to the region " + Template.REGION);
        }
        Instant signedAt = signedAt(request, service);
        String timestamp = TIME.withZone(ZoneOffset.UTC).format(signedAt);
        if (!timestamp.startsWith(claimed.date())) {
            throw refuse(service, Failure.MISMATCH, "Date in Credential scope does not match");
        }
        var session =
                iam.session(claimed.accessKeyId())
                        .orElseThrow(() ->
                                refuse(
                                        service,
                                        Failure.UNKNOWN_KEY,
                                        "The security token included in the request is invalid"));
        String payload = payloadHash(request, service);
        byte[] key = signingKey(session.credentials().secretAccessKey(), claimed);
        String canonical = canonicalRequest(request, claimed, payload);
        String toSign =
                ALGORITHM
                        + "\n"
                        + timestamp
                        + "\n"
                        + claimed.scope()
                        + "\n"
                        + sha256(canonical.getBytes(StandardCharsets.UTF_8));
        if (!same(HexFormat.of().formatHex(hmac(key, toSign)), claimed.signature())) {
            throw refuse(
                    service,
                    Failure.MISMATCH,
                    "The request signature we calculated does not match the signature you provided");
        }
        if (Duration.between(signedAt, clock.instant()).abs().compareTo(MAX_SKEW) > 0) {
            throw refuse(service, Failure.SKEWED, "Signature not current: signed at " + timestamp);
        }
        String token = session.credentials().sessionToken();
        String sent = request.header("x-amz-security-token");
        if (token == null ? sent != null : sent == null || !same(token, sent)) {
            throw refuse(
                    service,
                    Failure.BAD_TOKEN,
                    "The security token included in the request is invalid");
        }
        if (iam.ended(session)) {
            throw refuse(
                    service,
                    Failure.EXPIRED,
                    "The security token included in the request is expired");
        }
        if (payload.startsWith("STREAMING-")) {
            var chunks =
                    new AwsChunked(key, timestamp, claimed.scope(), claimed.signature(), payload);
            return new Verified(session, chunks.decode(request));
        }
        if (!payload.equals(UNSIGNED_PAYLOAD) && !same(payload, sha256(request.body()))) {
            throw refuse(
                    service,
                    Failure.PAYLOAD,
                    "The provided 'x-amz-content-sha256' header does not match what was computed");
        }
        return new Verified(session, request);
    }

    private static Instant signedAt(LocalRequest request, String service) {
        String date = request.header("x-amz-date");
        if (date == null) {
            throw refuse(service, Failure.MALFORMED, "x-amz-date is missing");
        }
        try {
            return LocalDateTime.parse(date, TIME).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException _) {
            throw refuse(service, Failure.MALFORMED, "x-amz-date is malformed");
        }
    }

    private static String payloadHash(LocalRequest request, String service) {
        String declared = request.header("x-amz-content-sha256");
        if (declared == null) {
            return sha256(request.body());
        }
        boolean streaming = AwsChunked.MODES.contains(declared);
        boolean hash = declared.matches("[0-9a-f]{64}");
        // only S3 lets a client leave its body unsigned or sign it in pieces
        boolean allowed =
                hash || (service.equals("s3") && (streaming || declared.equals(UNSIGNED_PAYLOAD)));
        if (!allowed) {
            throw refuse(service, Failure.PAYLOAD, "unsupported x-amz-content-sha256");
        }
        return declared;
    }

    private static String canonicalRequest(LocalRequest request, Claimed claimed, String payload) {
        var out = new StringBuilder();
        out.append(request.method()).append('\n');
        out.append(canonicalPath(request.path(), claimed.service().equals("s3"))).append('\n');
        out.append(canonicalQuery(request.query())).append('\n');
        for (String name : claimed.signedHeaders()) {
            var values = new ArrayList<String>();
            for (String value : request.headers().getOrDefault(name, List.of())) {
                values.add(value.strip().replaceAll(" +", " "));
            }
            out.append(name).append(':').append(String.join(",", values)).append('\n');
        }
        return out.append('\n')
                .append(String.join(";", claimed.signedHeaders()))
                .append('\n')
                .append(payload)
                .toString();
    }

    /** S3 signs the path as it is sent; the others encode it once more. */
    private static String canonicalPath(String rawPath, boolean s3) {
        String path = rawPath.isEmpty() ? "/" : rawPath;
        var segments = new ArrayList<String>();
        for (String segment : path.split("/", -1)) {
            segments.add(encode(s3 ? decode(segment) : segment));
        }
        return String.join("/", segments);
    }

    private static String canonicalQuery(@Nullable String query) {
        if (query == null || query.isEmpty()) {
            return "";
        }
        var pairs = new ArrayList<String[]>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            pairs.add(new String[] {encode(decode(name)), encode(decode(value))});
        }
        pairs.sort((a, b) -> a[0].equals(b[0]) ? a[1].compareTo(b[1]) : a[0].compareTo(b[0]));
        return String.join("&", pairs.stream().map(pair -> pair[0] + "=" + pair[1]).toList());
    }

    private static String decode(String text) {
        try {
            // a plus is a plus in a signed path and query
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return text;
        }
    }

    static String encode(String text) {
        var out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            boolean unreserved =
                    (c >= 'A' && c <= 'Z')
                            || (c >= 'a' && c <= 'z')
                            || (c >= '0' && c <= '9')
                            || c == '-'
                            || c == '_'
                            || c == '.'
                            || c == '~';
            if (unreserved) {
                out.append(c);
            } else {
                out.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return out.toString();
    }

    private static byte[] signingKey(String secret, Claimed claimed) {
        byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
        for (String part :
                List.of(claimed.date(), claimed.region(), claimed.service(), "aws4_request")) {
            key = hmac(key, part);
        }
        return key;
    }

    static byte[] hmac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static boolean same(String one, String other) {
        return MessageDigest.isEqual(
                one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    /** Ways a signature fails; each service has its own words for them. */
    enum Failure {
        MISSING(
                "MissingAuthenticationTokenException",
                "AccessDenied",
                "MissingAuthenticationToken"),
        MALFORMED(
                "IncompleteSignatureException",
                "AuthorizationHeaderMalformed",
                "IncompleteSignature"),
        UNKNOWN_KEY("UnrecognizedClientException", "InvalidAccessKeyId", "InvalidClientTokenId"),
        BAD_TOKEN("UnrecognizedClientException", "InvalidToken", "InvalidClientTokenId"),
        MISMATCH("InvalidSignatureException", "SignatureDoesNotMatch", "SignatureDoesNotMatch"),
        SKEWED("InvalidSignatureException", "RequestTimeTooSkewed", "SignatureDoesNotMatch"),
        EXPIRED("ExpiredTokenException", "ExpiredToken", "ExpiredToken"),
        PAYLOAD("InvalidSignatureException", "XAmzContentSHA256Mismatch", "SignatureDoesNotMatch");

        private final String json;
        private final String s3;
        private final String sts;

        Failure(String json, String s3, String sts) {
            this.json = json;
            this.s3 = s3;
            this.sts = sts;
        }
    }

    static LocalServiceException refuse(String service, Failure failure, String message) {
        String code =
                switch (service) {
                    case "s3" -> failure.s3;
                    case "sts" -> failure.sts;
                    default -> failure.json;
                };
        return new LocalServiceException(403, code, message);
    }
}
