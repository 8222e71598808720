package dev.sluicegate.infra;

import software.amazon.awscdk.services.secretsmanager.CfnSecret;
import software.constructs.Construct;

/** A secret whose text CloudFormation makes up; its readers take SHA-256 of the text as a key. */
final class GeneratedSecret {
    /** Letters and digits: 380 bits, more than the key made of it. */
    private static final int LENGTH = 64;

    private GeneratedSecret() {}

    static void in(Construct scope, String id, Settings settings, String what, String description) {
        CfnSecret.Builder.create(scope, id)
                .name(settings.name(what))
                .description(description)
                .generateSecretString(
                        CfnSecret.GenerateSecretStringProperty.builder()
                                .passwordLength(LENGTH)
                                .excludePunctuation(true)
                                .build())
                .build();
    }
}
