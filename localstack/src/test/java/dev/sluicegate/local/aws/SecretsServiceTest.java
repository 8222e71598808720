package dev.sluicegate.local.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.secretsmanager.model.ResourceExistsException;
import software.amazon.awssdk.services.secretsmanager.model.ResourceNotFoundException;
import software.amazon.awssdk.services.secretsmanager.model.SecretsManagerException;

class SecretsServiceTest {
    private static final String NAME = "grant-crm";

    @TempDir private Path data;

    @Test
    void aSecretOfTheTemplateIsGeneratedAndKept() throws Exception {
        String generated;
        String versionId;
        try (var cloud = new Cloud(data);
                var secrets = cloud.secrets(cloud.execution(Cloud.TOOL_ROLE))) {
            var value = secrets.getSecretValue(get -> get.secretId(NAME));
            generated = value.secretString();
            versionId = value.versionId();

            assertThat(generated).matches("[A-Za-z0-9]{64}");
            assertThat(value.versionStages()).containsExactly("AWSCURRENT");
            assertThat(value.arn())
                    .matches(
                            "arn:aws:secretsmanager:eu-central-1:000000000000:secret:grant-crm-.{6}");
            assertThat(secrets.getSecretValue(get -> get.secretId(value.arn())).secretString())
                    .isEqualTo(generated);
        }

        try (var cloud = new Cloud(data);
                var secrets = cloud.secrets(cloud.execution(Cloud.TOOL_ROLE))) {
            var again = secrets.getSecretValue(get -> get.secretId(NAME));

            assertThat(again.secretString()).isEqualTo(generated);
            assertThat(again.versionId()).isEqualTo(versionId);
        }
        assertThat(Files.getPosixFilePermissions(data.resolve("secrets.json")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void rotationKeepsTheFormerVersionAsPrevious() {
        try (var cloud = new Cloud(data);
                var secrets = cloud.secrets(cloud.iam.operator())) {
            var first = secrets.getSecretValue(get -> get.secretId(NAME));
            var second = secrets.putSecretValue(put -> put.secretId(NAME).secretString("two"));

            var current = secrets.getSecretValue(get -> get.secretId(NAME));
            var previous =
                    secrets.getSecretValue(get -> get.secretId(NAME).versionStage("AWSPREVIOUS"));

            assertThat(current.secretString()).isEqualTo("two");
            assertThat(current.versionId()).isEqualTo(second.versionId());
            assertThat(previous.versionId()).isEqualTo(first.versionId());
            assertThat(
                            secrets.getSecretValue(
                                            get -> get.secretId(NAME).versionId(first.versionId()))
                                    .secretString())
                    .isEqualTo(first.secretString());
            assertThat(
                            secrets.describeSecret(describe -> describe.secretId(NAME))
                                    .versionIdsToStages())
                    .containsEntry(first.versionId(), List.of("AWSPREVIOUS"))
                    .containsEntry(second.versionId(), List.of("AWSCURRENT"));

            secrets.putSecretValue(put -> put.secretId(NAME).secretString("three"));

            assertThatThrownBy(() ->
                            secrets.getSecretValue(
                                    get -> get.secretId(NAME).versionId(first.versionId())))
                    .isInstanceOf(ResourceNotFoundException.class);
        }
    }

    @Test
    void aVersionIsWrittenOnce() {
        String token = "0123456789abcdef0123456789abcdef";
        try (var cloud = new Cloud(data);
                var secrets = cloud.secrets(cloud.iam.operator())) {
            for (int i = 0; i < 2; i++) {
                secrets.putSecretValue(
                        put -> put.secretId(NAME).clientRequestToken(token).secretString("two"));
            }

            assertThatThrownBy(() ->
                            secrets.putSecretValue(put ->
                                    put.secretId(NAME)
                                            .clientRequestToken(token)
                                            .secretString("other")))
                    .isInstanceOf(ResourceExistsException.class);
        }
    }

    @Test
    void aToolReadsItsOwnSecretOnlyAndChangesNone() {
        try (var cloud = new Cloud(data);
                var secrets = cloud.secrets(cloud.execution(Cloud.TOOL_ROLE))) {
            for (String id : List.of("grant-other", "no-such-secret")) {
                assertThatThrownBy(() -> secrets.getSecretValue(get -> get.secretId(id)))
                        .isInstanceOfSatisfying(
                                SecretsManagerException.class,
                                e ->
                                        assertThat(e.awsErrorDetails().errorCode())
                                                .isEqualTo("AccessDeniedException"));
            }
            assertThatThrownBy(() ->
                            secrets.putSecretValue(put -> put.secretId(NAME).secretString("mine")))
                    .hasMessageContaining("not authorized");
        }
    }

    @Test
    void whatIsNotThereOrNotKnownIsSaid() {
        try (var cloud = new Cloud(data);
                var secrets = cloud.secrets(cloud.iam.operator())) {
            assertThatThrownBy(() -> secrets.getSecretValue(get -> get.secretId("none")))
                    .isInstanceOf(ResourceNotFoundException.class);
            assertThatThrownBy(() -> secrets.listSecrets())
                    .isInstanceOfSatisfying(
                            SecretsManagerException.class,
                            e ->
                                    assertThat(e.awsErrorDetails().errorCode())
                                            .isEqualTo("UnknownOperationException"));
        }
    }
}
