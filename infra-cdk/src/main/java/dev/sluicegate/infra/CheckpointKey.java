package dev.sluicegate.infra;

import java.util.List;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.kms.CfnAlias;
import software.amazon.awscdk.services.kms.CfnKey;
import software.constructs.Construct;

/** The key of the log: Ed25519, and only what publishes checkpoints may sign with it. */
final class CheckpointKey {
    private CheckpointKey() {}

    static String alias(Settings settings) {
        return "alias/" + settings.name("checkpoint");
    }

    /** Without it nobody could tell the log from another one: it outlives its stack in every stage. */
    static void in(Construct scope, Arns arns, Settings settings) {
        var key =
                CfnKey.Builder.create(scope, "CheckpointKey")
                        .description("Signs the checkpoints of the audit log, and nothing else")
                        .keySpec("ECC_NIST_EDWARDS25519")
                        .keyUsage("SIGN_VERIFY")
                        .keyPolicy(
                                Statement.document(
                                        List.of(
                                                Statement.allow(
                                                                "Administration",
                                                                List.of("kms:*"),
                                                                List.of("*"))
                                                        .by("AWS", arns.account()),
                                                Statement.denyAll(
                                                                "OnlyTheLogSigns",
                                                                List.of("kms:Sign"),
                                                                List.of("*"))
                                                        .when(
                                                                "ArnNotEquals",
                                                                "aws:PrincipalArn",
                                                                List.of(
                                                                        arns.role("exec-archiver"),
                                                                        arns.role(
                                                                                "exec-sweeper"))))))
                        .build();
        key.applyRemovalPolicy(RemovalPolicy.RETAIN);
        CfnAlias.Builder.create(scope, "CheckpointKeyAlias")
                .aliasName(alias(settings))
                .targetKeyId(key.getRef())
                .build();
    }

    static Statement signing(Arns arns, Settings settings) {
        return Statement.allow(
                        "SignCheckpoints",
                        List.of("kms:Sign", "kms:GetPublicKey"),
                        List.of(arns.anyKey()))
                .when("StringEquals", "kms:RequestAlias", alias(settings));
    }

    /** For whoever verifies the log. */
    static Statement reading(Arns arns, Settings settings) {
        return Statement.allow(
                        "ReadCheckpointKey", List.of("kms:GetPublicKey"), List.of(arns.anyKey()))
                .when("StringEquals", "kms:RequestAlias", alias(settings));
    }
}
