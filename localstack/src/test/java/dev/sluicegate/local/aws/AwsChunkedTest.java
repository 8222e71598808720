package dev.sluicegate.local.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AwsChunkedTest {
    private static final byte[] KEY = "key".getBytes(StandardCharsets.UTF_8);
    private static final String TIME = "20261123T100000Z";
    private static final String SCOPE = "20261123/eu-central-1/s3/aws4_request";
    private static final String SEED = "0".repeat(64);

    private static String sign(String algorithm, String previous, String rest) {
        return HexFormat.of()
                .formatHex(
                        Sigv4.hmac(
                                KEY,
                                algorithm + "\n" + TIME + "\n" + SCOPE + "\n" + previous + "\n"
                                        + rest));
    }

    private static String chunkSignature(String previous, String data) {
        String empty = Sigv4.sha256(new byte[0]);
        return sign(
                "AWS4-HMAC-SHA256-PAYLOAD",
                previous,
                empty + "\n" + Sigv4.sha256(data.getBytes(StandardCharsets.UTF_8)));
    }

    private static LocalRequest decode(String mode, String body, Map<String, String> headers) {
        var all = new HashMap<String, List<String>>();
        headers.forEach((name, value) -> all.put(name, List.of(value)));
        var request =
                new LocalRequest("PUT", "/b/k", null, all, body.getBytes(StandardCharsets.UTF_8));
        return new AwsChunked(KEY, TIME, SCOPE, SEED, mode).decode(request);
    }

    private static String signed(String first, String second) {
        String one = chunkSignature(SEED, "hello");
        String two = chunkSignature(one, "world");
        String end = chunkSignature(two, "");
        return "5;chunk-signature="
                + one
                + "\r\n"
                + first
                + "\r\n5;chunk-signature="
                + two
                + "\r\n"
                + second
                + "\r\n0;chunk-signature="
                + end
                + "\r\n\r\n";
    }

    @Test
    void signedChunksAreJoined() {
        var request =
                decode(
                        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
                        signed("hello", "world"),
                        Map.of(
                                "x-amz-decoded-content-length", "10",
                                "content-encoding", "aws-chunked,gzip"));

        assertThat(request.body()).asString().isEqualTo("helloworld");
        assertThat(request.header("content-length")).isEqualTo("10");
        assertThat(request.header("content-encoding")).isEqualTo("gzip");
    }

    @Test
    void aChangedOrSwappedChunkIsRefused() {
        for (String body : List.of(signed("hellO", "world"), signed("world", "hello"))) {
            assertThatThrownBy(() -> decode("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", body, Map.of()))
                    .isInstanceOfSatisfying(
                            LocalServiceException.class,
                            e -> assertThat(e.code()).isEqualTo("SignatureDoesNotMatch"));
        }
    }

    @Test
    void aTrailingChecksumBecomesAHeader() {
        var request =
                decode(
                        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                        "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
                        Map.of("x-amz-trailer", "x-amz-checksum-crc32"));

        assertThat(request.body()).asString().isEqualTo("hello");
        assertThat(request.header("x-amz-checksum-crc32")).isEqualTo("NhCmhg==");
    }

    @Test
    void aSignedTrailerIsVerified() {
        String one = chunkSignature(SEED, "hello");
        String end = chunkSignature(one, "");
        String checksum = "x-amz-checksum-crc32:NhCmhg==\n";
        String good =
                sign(
                        "AWS4-HMAC-SHA256-TRAILER",
                        end,
                        Sigv4.sha256(checksum.getBytes(StandardCharsets.UTF_8)));
        String start =
                "5;chunk-signature="
                        + one
                        + "\r\nhello\r\n0;chunk-signature="
                        + end
                        + "\r\nx-amz-checksum-crc32:NhCmhg==\r\n";
        var headers = Map.of("x-amz-trailer", "x-amz-checksum-crc32");
        String mode = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";

        var request = decode(mode, start + "x-amz-trailer-signature:" + good + "\r\n\r\n", headers);

        assertThat(request.header("x-amz-checksum-crc32")).isEqualTo("NhCmhg==");
        assertThatThrownBy(() -> decode(mode, start + "\r\n", headers))
                .isInstanceOf(LocalServiceException.class);
        assertThatThrownBy(() ->
                        decode(
                                mode,
                                start + "x-amz-trailer-signature:" + SEED + "\r\n\r\n",
                                headers))
                .isInstanceOf(LocalServiceException.class);
    }

    @Test
    void brokenFramingIsRefused() {
        var headers = Map.of("x-amz-trailer", "x-amz-checksum-crc32");
        for (String body :
                List.of(
                        "",
                        "5",
                        "5\r\nhel",
                        "5\r\nhello",
                        "4\r\nhello\r\n0\r\n\r\n",
                        "-1\r\n\r\n",
                        "zz\r\n\r\n",
                        "7fffffff\r\nhello\r\n0\r\n\r\n",
                        "5\r\nhello\r\n0\r\n\r\n",
                        "5\r\nhello\r\n0\r\nx-amz-meta-role:admin\r\n\r\n")) {
            assertThatThrownBy(() -> decode("STREAMING-UNSIGNED-PAYLOAD-TRAILER", body, headers))
                    .as(body)
                    .isInstanceOf(LocalServiceException.class);
        }
    }
}
