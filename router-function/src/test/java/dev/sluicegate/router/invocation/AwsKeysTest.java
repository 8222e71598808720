package dev.sluicegate.router.invocation;

import static dev.sluicegate.router.enforcement.RecordedCalls.CLOCK;
import static dev.sluicegate.router.enforcement.RecordedCalls.note;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.sluicegate.contract.CallGrant;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** KMS and Secrets Manager as the SDK's real clients see them. */
class AwsKeysTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final StaticCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIA", "secret"));

    private final FakeSigningKey behindKms = new FakeSigningKey();
    private final List<JsonNode> asked = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private int status = 200;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(
                "/",
                exchange -> {
                    var body = JSON.readTree(exchange.getRequestBody().readAllBytes());
                    asked.add(body);
                    var target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
                    var answer = JSON.writeValueAsString(answer(target, body));
                    var bytes = answer.getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(status, bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
        server.start();
        System.setProperty("aws.region", "eu-central-1");
        System.setProperty("aws.endpointUrl", "http://127.0.0.1:" + server.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        System.clearProperty("aws.endpointUrl");
        server.stop(0);
    }

    @Test
    void aTokenSignedByKmsVerifiesAgainstItsPublicKey() throws Exception {
        var tokens = new StsTokens(kms(), "alias/sluicegate-dev-sts", "https://issuer", CLOCK);

        var jwt = SignedJWT.parse(tokens.token(note().recorded().authorized()));

        assertThat(jwt.verify(new RSASSAVerifier(behindKms.publicKey()))).isTrue();
        assertThat(asked)
                .allSatisfy(request ->
                        assertThat(request.path("KeyId").asText())
                                .isEqualTo("alias/sluicegate-dev-sts"));
        var sign = asked.getLast();
        assertThat(sign.path("SigningAlgorithm").asText()).isEqualTo("RSASSA_PKCS1_V1_5_SHA_256");
        assertThat(sign.path("MessageType").asText()).isEqualTo("RAW");
    }

    @Test
    void thePublicKeyIsReadOnceForManyTokens() {
        var tokens = new StsTokens(kms(), "alias/sluicegate-dev-sts", "https://issuer", CLOCK);
        tokens.token(note().recorded().authorized());
        tokens.token(note().boundTo("C-1002").recorded().authorized());

        assertThat(asked).hasSize(3);
    }

    @Test
    void aKmsThatRefusesGivesNoToken() {
        status = 400;
        var tokens = new StsTokens(kms(), "alias/sluicegate-dev-sts", "https://issuer", CLOCK);

        assertThatThrownBy(() -> tokens.token(note().recorded().authorized()))
                .isInstanceOf(InvocationUnavailableException.class);
    }

    @Test
    void theCurrentVersionOfTheToolsSecretMakesTheGrant() {
        var grants = new CallGrants(secrets(), CLOCK);

        var grant = grants.grant(note().recorded());

        assertThat(CallGrant.verify(grant, CallGrant.key("the tool's secret")).kid())
                .isEqualTo("v1");
        assertThat(asked)
                .singleElement()
                .satisfies(request -> {
                    assertThat(request.path("SecretId").asText())
                            .isEqualTo("sluicegate-dev-grant-crm-note");
                    assertThat(request.path("VersionStage").asText()).isEqualTo("AWSCURRENT");
                });
    }

    @Test
    void aSecretThatCannotBeReadMakesNoGrant() {
        status = 400;

        assertThatThrownBy(() -> new CallGrants(secrets(), CLOCK).grant(note().recorded()))
                .isInstanceOf(InvocationUnavailableException.class)
                .hasMessage("grant key cannot be read");
    }

    private Map<String, String> answer(String target, JsonNode body) throws IOException {
        if (status != 200) {
            return Map.of("__type", "AccessDeniedException");
        }
        var encoder = Base64.getEncoder();
        return switch (target.substring(target.indexOf('.') + 1)) {
            case "GetPublicKey" ->
                    Map.of("PublicKey", encoder.encodeToString(behindKms.publicKey().getEncoded()));
            case "Sign" ->
                    Map.of(
                            "Signature",
                            encoder.encodeToString(
                                    behindKms.sign(body.path("Message").binaryValue())));
            case "GetSecretValue" -> Map.of("VersionId", "v1", "SecretString", "the tool's secret");
            default -> throw new AssertionError(target);
        };
    }

    private static KmsClient kms() {
        return KmsClient.builder()
                .credentialsProvider(CREDENTIALS)
                .httpClient(AwsCrtHttpClient.builder().build())
                .build();
    }

    private static SecretsManagerClient secrets() {
        return SecretsManagerClient.builder()
                .credentialsProvider(CREDENTIALS)
                .httpClient(AwsCrtHttpClient.builder().build())
                .build();
    }
}
