package dev.sluicegate.kit;

import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Makes clients that hold the credentials of one session and nothing else. */
final class ScopedClients {
    private final SdkHttpClient http;
    private final Duration timeout;

    ScopedClients(SdkHttpClient http, Duration timeout) {
        this.http = http;
        this.timeout = timeout;
    }

    DynamoDbClient dynamoDb(AwsSessionCredentials credentials) {
        return DynamoDbClient.builder()
                .credentialsProvider(StaticCredentialsProvider.create(credentials))
                .httpClient(http)
                .overrideConfiguration(configuration -> configuration.apiCallTimeout(timeout))
                .build();
    }
}
