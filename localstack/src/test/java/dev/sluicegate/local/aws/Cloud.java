package dev.sluicegate.local.aws;

import dev.sluicegate.local.MovableClock;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.sts.StsClient;

/** A front with all services on the fixture assembly, and real SDK clients on it. */
final class Cloud implements AutoCloseable {
    static final String DATA_ROLE = "arn:aws:iam::000000000000:role/data-crm-get-customer";
    static final String TOOL_ROLE = "arn:aws:iam::000000000000:role/exec-tool-crm-get-customer";
    static final String ROUTER_ROLE = "arn:aws:iam::000000000000:role/exec-router";

    final MovableClock clock = new MovableClock(Instant.now().truncatedTo(ChronoUnit.SECONDS));
    final Template template = template();
    final Iam iam = new Iam(template, clock);
    final Issuer issuer = new Issuer(clock.instant());
    final Shelf.Items items = new Shelf.Items();
    final Shelf.Functions functions = new Shelf.Functions();
    final Shelf.Objects objects = new Shelf.Objects();
    final AwsFront front;
    private final SdkHttpClient http = AwsCrtHttpClient.create();

    Cloud(Path data) {
        front =
                new AwsFront(
                        0,
                        iam,
                        List.of(
                                items,
                                objects,
                                functions,
                                new StsService(template, iam, _ -> issuer.base(), clock),
                                new KmsService(template, data.resolve("kms"), clock),
                                new SecretsService(template, data.resolve("secrets.json"), clock)),
                        Clock.systemUTC());
        front.start();
    }

    static Template template() {
        try {
            var url = Cloud.class.getResource("/assembly");
            return Template.load(Path.of(java.util.Objects.requireNonNull(url).toURI()), Map.of());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A session of Ada at the data role, without going through STS. */
    SessionCredentials ada() {
        return iam.issue(
                DATA_ROLE, "ada", Issuer.adasTags(), "ada", null, clock.instant().plusSeconds(900));
    }

    SessionCredentials execution(String roleArn) {
        return iam.executionCredentials(roleArn, "function", java.time.Duration.ofHours(1));
    }

    static AwsCredentials sdk(SessionCredentials credentials) {
        return credentials.asAwsCredentials();
    }

    private <C, B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>> C client(
            B builder, AwsCredentials credentials, @Nullable UnaryOperator<SdkHttpRequest> change) {
        return builder.httpClient(change == null ? http : new Changing(http, change))
                .region(Region.EU_CENTRAL_1)
                .endpointOverride(endpoint())
                .credentialsProvider(StaticCredentialsProvider.create(credentials))
                .build();
    }

    URI endpoint() {
        return front.endpoint();
    }

    DynamoDbClient dynamoDb(SessionCredentials credentials) {
        return client(DynamoDbClient.builder(), sdk(credentials), null);
    }

    DynamoDbClient dynamoDb(AwsCredentials credentials, UnaryOperator<SdkHttpRequest> change) {
        return client(DynamoDbClient.builder(), credentials, change);
    }

    S3Client s3(SessionCredentials credentials, UnaryOperator<SdkHttpRequest> change) {
        return client(S3Client.builder().forcePathStyle(true), sdk(credentials), change);
    }

    LambdaClient lambda(SessionCredentials credentials) {
        return client(LambdaClient.builder(), sdk(credentials), null);
    }

    StsClient sts(SessionCredentials credentials) {
        return client(StsClient.builder(), sdk(credentials), null);
    }

    KmsClient kms(SessionCredentials credentials) {
        return client(KmsClient.builder(), sdk(credentials), null);
    }

    SecretsManagerClient secrets(SessionCredentials credentials) {
        return client(SecretsManagerClient.builder(), sdk(credentials), null);
    }

    @Override
    public void close() {
        front.close();
        issuer.close();
        http.close();
    }

    /** The real HTTP client, with something changed after the request was signed. */
    private record Changing(SdkHttpClient real, UnaryOperator<SdkHttpRequest> change)
            implements SdkHttpClient {
        @Override
        public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
            var changed = HttpExecuteRequest.builder().request(change.apply(request.httpRequest()));
            request.contentStreamProvider().ifPresent(changed::contentStreamProvider);
            return real.prepareRequest(changed.build());
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
