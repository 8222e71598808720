package dev.sluicegate.local.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluicegate.local.MovableClock;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.S3Exception;

class AwsFrontTest {
    @TempDir private Path data;
    private Cloud cloud;

    @BeforeEach
    void start() {
        cloud = new Cloud(data);
    }

    @AfterEach
    void stop() {
        cloud.close();
    }

    private static GetItemResponse read(DynamoDbClient client, String key) {
        return client.getItem(request ->
                request.tableName("demo-customers")
                        .key(
                                Map.of(
                                        "pk", AttributeValue.fromS(key),
                                        "sk", AttributeValue.fromS("CUSTOMER"))));
    }

    private DynamoDbException refusal(DynamoDbClient client) {
        var refused =
                catchThrowableOfType(DynamoDbException.class, () -> read(client, "demo#C-1001"));
        assertThat(cloud.items.callers).isEmpty();
        return refused;
    }

    @Test
    void aSignedAndAllowedRequestReachesTheServiceWithItsCaller() {
        var answer = read(cloud.dynamoDb(cloud.ada()), "demo#C-1001");

        assertThat(answer.item()).containsKey("sk");
        assertThat(cloud.items.callers).hasSize(1);
        assertThat(cloud.items.callers.getFirst().principalArn())
                .isEqualTo("arn:aws:sts::000000000000:assumed-role/data-crm-get-customer/ada");
        assertThat(cloud.items.callers.getFirst().tags()).containsEntry("tenant", "demo");
    }

    @Test
    void theExecutionRoleOfAToolCannotReadTheData() {
        var refused = refusal(cloud.dynamoDb(cloud.execution(Cloud.TOOL_ROLE)));

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("AccessDeniedException");
        assertThat(refused.awsErrorDetails().errorMessage())
                .contains("exec-tool-crm-get-customer")
                .contains("dynamodb:GetItem");
        assertThat(cloud.iam.denials()).hasSize(1);
    }

    @Test
    void anotherTenantsKeyIsDenied() {
        var client = cloud.dynamoDb(cloud.ada());

        assertThatThrownBy(() -> read(client, "acme#C-1001"))
                .isInstanceOfSatisfying(
                        DynamoDbException.class,
                        e ->
                                assertThat(e.awsErrorDetails().errorCode())
                                        .isEqualTo("AccessDeniedException"));
        assertThat(cloud.items.callers).isEmpty();
    }

    @Test
    void aWrongSecretDoesNotSign() {
        var real = cloud.ada();
        var wrong =
                AwsSessionCredentials.create(
                        real.accessKeyId(),
                        real.secretAccessKey().substring(1) + "A",
                        String.valueOf(real.sessionToken()));

        var refused = refusal(cloud.dynamoDb(wrong, request -> request));

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("InvalidSignatureException");
    }

    @Test
    void aSignatureOneBitOffIsRefused() {
        var client =
                cloud.dynamoDb(
                        Cloud.sdk(cloud.ada()),
                        request -> {
                            String header =
                                    request.firstMatchingHeader("Authorization").orElseThrow();
                            char last = header.charAt(header.length() - 1);
                            String changed =
                                    header.substring(0, header.length() - 1)
                                            + (last == '0' ? '1' : '0');
                            return request.toBuilder().putHeader("Authorization", changed).build();
                        });

        assertThat(refusal(client).awsErrorDetails().errorCode())
                .isEqualTo("InvalidSignatureException");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Amz-Target", "X-Amz-Date", "Host", "X-Amz-Security-Token"})
    void aSignedHeaderThatIsChangedBreaksTheSignature(String header) {
        var client =
                cloud.dynamoDb(
                        Cloud.sdk(cloud.ada()),
                        request -> {
                            String value = request.firstMatchingHeader(header).orElseThrow();
                            String changed =
                                    switch (header) {
                                        case "X-Amz-Target" -> "DynamoDB_20120810.DeleteItem";
                                        case "X-Amz-Date" ->
                                                value.substring(0, value.length() - 2)
                                                        + (value.endsWith("1Z") ? "2Z" : "1Z");
                                        case "Host" -> "dynamodb.eu-central-1.amazonaws.com";
                                        default -> value + "x";
                                    };
                            return request.toBuilder().putHeader(header, changed).build();
                        });

        assertThat(refusal(client).awsErrorDetails().errorCode())
                .isEqualTo("InvalidSignatureException");
    }

    @Test
    void anAmzHeaderThatIsNotSignedIsRefused() {
        var client =
                cloud.dynamoDb(
                        Cloud.sdk(cloud.ada()),
                        request -> request.toBuilder().putHeader("x-amz-extra", "1").build());

        assertThat(refusal(client).awsErrorDetails().errorCode())
                .isEqualTo("IncompleteSignatureException");
    }

    @Test
    void aChangedPathBreaksTheSignature() {
        var client =
                cloud.dynamoDb(
                        Cloud.sdk(cloud.ada()),
                        request -> request.toBuilder().encodedPath("/other").build());

        assertThat(refusal(client).awsErrorDetails().errorCode())
                .isEqualTo("InvalidSignatureException");
    }

    @Test
    void temporaryKeysNeedTheirSessionToken() {
        var real = cloud.ada();
        var bare = AwsBasicCredentials.create(real.accessKeyId(), real.secretAccessKey());

        assertThat(refusal(cloud.dynamoDb(bare, request -> request)).awsErrorDetails().errorCode())
                .isEqualTo("UnrecognizedClientException");
    }

    @Test
    void aTokenOfAnotherSessionDoesNotHelp() {
        var real = cloud.ada();
        var mixed =
                AwsSessionCredentials.create(
                        real.accessKeyId(),
                        real.secretAccessKey(),
                        String.valueOf(cloud.ada().sessionToken()));

        assertThat(refusal(cloud.dynamoDb(mixed, request -> request)).awsErrorDetails().errorCode())
                .isEqualTo("UnrecognizedClientException");
    }

    @Test
    void anUnknownKeyIsRefused() {
        var unknown = AwsBasicCredentials.create("AKIAAAAAAAAAAAAAAAAA", "secret");

        assertThat(
                        refusal(cloud.dynamoDb(unknown, request -> request))
                                .awsErrorDetails()
                                .errorCode())
                .isEqualTo("UnrecognizedClientException");
    }

    @Test
    void anEndedSessionIsRefused() {
        var client = cloud.dynamoDb(cloud.ada());
        cloud.clock.forward(Duration.ofMinutes(15));

        var refused = refusal(client);

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("ExpiredTokenException");
    }

    @Test
    void aRequestSignedSixMinutesAgoIsRefused() throws Exception {
        var late = new MovableClock(java.time.Instant.now().plus(Duration.ofMinutes(6)));
        try (var front = new AwsFront(0, cloud.iam, Shelf.with(cloud.items), late)) {
            front.start();
            var client =
                    cloud.dynamoDb(
                            Cloud.sdk(cloud.ada()),
                            // the signature covers the Host header, which stays
                            request ->
                                    request.toBuilder()
                                            .port(front.port())
                                            .putHeader("Host", "127.0.0.1:" + cloud.front.port())
                                            .build());

            var refused = refusal(client);

            assertThat(refused.awsErrorDetails().errorCode())
                    .isEqualTo("InvalidSignatureException");
            assertThat(refused.awsErrorDetails().errorMessage()).contains("not current");
        }
    }

    @Test
    void anUnsignedRequestIsRefusedInTheShapeOfItsService() throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var dynamo =
                    http.send(
                            HttpRequest.newBuilder(cloud.endpoint())
                                    .header("X-Amz-Target", "DynamoDB_20120810.GetItem")
                                    .POST(HttpRequest.BodyPublishers.ofString("{}"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            var s3 =
                    http.send(
                            HttpRequest.newBuilder(URI.create(cloud.endpoint() + "/bucket/key"))
                                    .GET()
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());

            assertThat(dynamo.statusCode()).isEqualTo(403);
            assertThat(dynamo.headers().firstValue("x-amzn-errortype"))
                    .contains("MissingAuthenticationTokenException");
            assertThat(s3.statusCode()).isEqualTo(403);
            assertThat(s3.body()).contains("<Code>AccessDenied</Code>");
        }
    }

    @Test
    void theFrontListensOnLoopbackOnly() {
        assertThat(cloud.endpoint().getHost()).isEqualTo("127.0.0.1");
    }

    @Test
    void anObjectComesBackAsItWasWhateverFramingTheSdkUses() {
        byte[] content =
                "0123456789".repeat(20_000).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        try (var s3 = cloud.s3(cloud.execution(Cloud.ROUTER_ROLE), request -> request)) {
            s3.putObject(
                    put ->
                            put.bucket("audit-000000000000")
                                    .key("other/a b+c=ü")
                                    .checksumAlgorithm(ChecksumAlgorithm.SHA256),
                    RequestBody.fromBytes(content));

            var back =
                    s3.getObjectAsBytes(
                            get -> get.bucket("audit-000000000000").key("other/a b+c=ü"));

            var put = cloud.objects.puts.values().iterator().next();
            // the framing is gone, and nothing says that it is there
            assertThat(put.header("x-amz-content-sha256")).doesNotStartWith("STREAMING-");
            assertThat(put.header("x-amz-decoded-content-length")).isNull();
            assertThat(put.body()).isEqualTo(content);
            assertThat(back.asByteArray()).isEqualTo(content);
            // whichever way it came, the checksum is there for the service to verify
            assertThat(put.header("x-amz-checksum-sha256")).isNotNull();
            assertThat(String.valueOf(put.header("content-encoding")))
                    .doesNotContain("aws-chunked");
        }
    }

    @Test
    void aFunctionIsInvokedByItsArnByWhoMayOnly() {
        String alias = cloud.template.functions().getFirst().arn() + ":live";
        // over 8 KB, so that headers and body cannot share one buffer
        var payload = SdkBytes.fromUtf8String("\"" + "x".repeat(100_000) + "\"");
        try (var router = cloud.lambda(cloud.execution(Cloud.ROUTER_ROLE));
                var tool = cloud.lambda(cloud.execution(Cloud.TOOL_ROLE))) {
            assertThat(router.invoke(one -> one.functionName(alias).payload(payload)).payload())
                    .isEqualTo(payload);
            assertThatThrownBy(() -> tool.invoke(one -> one.functionName(alias).payload(payload)))
                    .isInstanceOfSatisfying(
                            LambdaException.class,
                            e -> {
                                assertThat(e.statusCode()).isEqualTo(403);
                                assertThat(e.awsErrorDetails().errorCode())
                                        .isEqualTo("AccessDeniedException");
                            });
        }
    }

    @Test
    void executionCredentialsAreMadeAnewBeforeTheyEnd() {
        var provider =
                new ExecutionCredentials(
                        cloud.iam, cloud.template.functions().getFirst(), cloud.clock);
        var first = provider.resolveCredentials();

        assertThat(provider.resolveCredentials()).isEqualTo(first);
        cloud.clock.forward(Duration.ofMinutes(55));
        assertThat(provider.resolveCredentials()).isNotEqualTo(first);
    }

    @Test
    void aBodyOverTheLimitIsRefused() {
        try (var router = cloud.lambda(cloud.iam.operator())) {
            var payload = SdkBytes.fromByteArray(new byte[AwsFront.MAX_BODY_BYTES + 1]);

            assertThatThrownBy(() -> router.invoke(one -> one.functionName("f").payload(payload)))
                    .isInstanceOf(SdkException.class);
        }
    }

    @Test
    void aBucketPolicyDenialIsAnAccessDeniedOfS3() {
        try (var s3 = cloud.s3(cloud.execution(Cloud.ROUTER_ROLE), request -> request)) {
            assertThatThrownBy(() ->
                            s3.putObject(
                                    put -> put.bucket("audit-000000000000").key("log/1"),
                                    RequestBody.fromString("x")))
                    .isInstanceOfSatisfying(
                            S3Exception.class,
                            e -> {
                                assertThat(e.statusCode()).isEqualTo(403);
                                assertThat(e.awsErrorDetails().errorCode())
                                        .isEqualTo("AccessDenied");
                            });
            assertThat(cloud.objects.puts).isEmpty();
        }
    }

    @Test
    void aWrongSignatureIsS3sOwnError() {
        var real = cloud.execution(Cloud.ROUTER_ROLE);
        var wrong =
                new SessionCredentials(
                        real.accessKeyId(), "wrong", real.sessionToken(), real.expiration());
        try (var s3 = cloud.s3(wrong, request -> request)) {
            assertThatThrownBy(() ->
                            s3.getObjectAsBytes(get -> get.bucket("audit-000000000000").key("x")))
                    .isInstanceOfSatisfying(
                            S3Exception.class,
                            e ->
                                    assertThat(e.awsErrorDetails().errorCode())
                                            .isEqualTo("SignatureDoesNotMatch"));
        }
    }
}
