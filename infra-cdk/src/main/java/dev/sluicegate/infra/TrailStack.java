package dev.sluicegate.infra;

import java.util.List;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.services.kms.CfnAlias;
import software.amazon.awscdk.services.kms.CfnKey;
import software.amazon.awscdk.services.s3.CfnBucket;
import software.amazon.awscdk.services.s3.CfnBucketPolicy;
import software.constructs.Construct;

/**
 * The record and what makes it: journal table, locked bucket, and the archiver that carries one into the other.
 * Nothing here goes when the stack goes.
 */
final class TrailStack extends Stack {
    /** What would change or remove a record, or switch off what watches over it. */
    private static final List<String> REWRITING =
            List.of(
                    "dynamodb:UpdateItem",
                    "dynamodb:DeleteItem",
                    "dynamodb:BatchWriteItem",
                    "dynamodb:PartiQLInsert",
                    "dynamodb:PartiQLUpdate",
                    "dynamodb:PartiQLDelete",
                    "dynamodb:UpdateTable",
                    "dynamodb:DeleteTable");

    private static final List<String> UNLOCKING =
            List.of(
                    "s3:DeleteObject",
                    "s3:DeleteObjectVersion",
                    "s3:BypassGovernanceRetention",
                    "s3:PutLifecycleConfiguration");

    /** The files of the logs. */
    static final String LOGS = "/tlog/*";

    private static final String PAYLOADS = "/payload/*";

    /** Name of the key that seals the keys of payloads, without stage. */
    private static final String PAYLOAD_KEY = "payload";

    TrailStack(Construct scope, Settings settings) {
        super(
                scope,
                settings.name("trail"),
                StackProps.builder().description("Audit journal, archive and archiver").build());
        var arns = new Arns(this, settings);
        var journal =
                Table.kept("audit")
                        .expiring()
                        .streaming()
                        .guardedBy(
                                Statement.document(
                                        List.of(
                                                // expiry is DynamoDB's own and asks no policy
                                                Statement.denyAll(
                                                        "AppendOnly",
                                                        REWRITING,
                                                        List.of(arns.table("audit"))))))
                        .in(this, "Audit", settings);
        Table.passing("audit-index").in(this, "AuditIndex", settings);
        Table.kept("tlog").expiring().in(this, "Tlog", settings);
        // erasing a key erases what it opens, so no copy of it may be kept
        Table.erasable("audit-keys").in(this, "AuditKeys", settings);
        payloadKey(arns, settings);
        bucket(arns, settings);
        CheckpointKey.in(this, arns, settings);
        PassingBucket.in(this, arns, settings);
        TrailFunctions.in(this, arns, settings, journal);
    }

    /** Without it no payload can ever be read again: it outlives its stack in every stage. */
    private void payloadKey(Arns arns, Settings settings) {
        var key =
                CfnKey.Builder.create(this, "PayloadKey")
                        .description("Seals the keys of audit payloads, and nothing else")
                        .enableKeyRotation(true)
                        .keyPolicy(
                                Statement.document(
                                        List.of(
                                                Statement.allow(
                                                                "Administration",
                                                                List.of("kms:*"),
                                                                List.of("*"))
                                                        .by("AWS", arns.account()),
                                                onlyBy(
                                                        "OnlyTheRouterSeals",
                                                        List.of(
                                                                "kms:GenerateDataKey",
                                                                "kms:Encrypt"),
                                                        arns.role("exec-router")),
                                                onlyBy(
                                                        "OnlyAuditorsOpen",
                                                        List.of("kms:Decrypt", "kms:ReEncryptFrom"),
                                                        arns.role("auditor")))))
                        .build();
        key.applyRemovalPolicy(RemovalPolicy.RETAIN);
        CfnAlias.Builder.create(this, "PayloadKeyAlias")
                .aliasName(payloadKeyAlias(settings))
                .targetKeyId(key.getRef())
                .build();
    }

    private static Statement onlyBy(String sid, List<String> actions, String role) {
        return Statement.denyAll(sid, actions, List.of("*"))
                .when("ArnNotEquals", "aws:PrincipalArn", role);
    }

    static String payloadKeyAlias(Settings settings) {
        return "alias/" + settings.name(PAYLOAD_KEY);
    }

    private void bucket(Arns arns, Settings settings) {
        var bucket =
                closedBucket(this, "Archive", arns.bucketName())
                        .objectLockEnabled(true)
                        .objectLockConfiguration(
                                CfnBucket.ObjectLockConfigurationProperty.builder()
                                        .objectLockEnabled("Enabled")
                                        .rule(
                                                CfnBucket.ObjectLockRuleProperty.builder()
                                                        .defaultRetention(retention(settings))
                                                        .build())
                                        .build())
                        .versioningConfiguration(
                                CfnBucket.VersioningConfigurationProperty.builder()
                                        .status("Enabled")
                                        .build())
                        .build();
        bucket.applyRemovalPolicy(RemovalPolicy.RETAIN);
        var policy =
                CfnBucketPolicy.Builder.create(this, "ArchivePolicy")
                        .bucket(bucket.getRef())
                        .policyDocument(Statement.document(guards(arns, settings)))
                        .build();
        policy.applyRemovalPolicy(RemovalPolicy.RETAIN);
    }

    /** Encrypted, and nobody's who is not in the account. */
    static CfnBucket.Builder closedBucket(Construct scope, String id, String name) {
        return CfnBucket.Builder.create(scope, id)
                .bucketName(name)
                .publicAccessBlockConfiguration(
                        CfnBucket.PublicAccessBlockConfigurationProperty.builder()
                                .blockPublicAcls(true)
                                .blockPublicPolicy(true)
                                .ignorePublicAcls(true)
                                .restrictPublicBuckets(true)
                                .build())
                .ownershipControls(
                        CfnBucket.OwnershipControlsProperty.builder()
                                .rules(
                                        List.of(
                                                CfnBucket.OwnershipControlsRuleProperty.builder()
                                                        .objectOwnership("BucketOwnerEnforced")
                                                        .build()))
                                .build())
                .bucketEncryption(
                        CfnBucket.BucketEncryptionProperty.builder()
                                .serverSideEncryptionConfiguration(
                                        List.of(
                                                CfnBucket.ServerSideEncryptionRuleProperty.builder()
                                                        .serverSideEncryptionByDefault(aes256())
                                                        .build()))
                                .build());
    }

    private static CfnBucket.ServerSideEncryptionByDefaultProperty aes256() {
        return CfnBucket.ServerSideEncryptionByDefaultProperty.builder()
                .sseAlgorithm("AES256")
                .build();
    }

    private static CfnBucket.DefaultRetentionProperty retention(Settings settings) {
        return CfnBucket.DefaultRetentionProperty.builder()
                .mode(settings.defaultLockMode())
                .days(settings.retentionDays())
                .build();
    }

    /** Object Lock stops no new version and no delete marker on top, so the policy does. */
    private static List<Statement> guards(Arns arns, Settings settings) {
        var everything = List.of(arns.bucket(), arns.bucket() + "/*");
        var objects = List.of(arns.bucket() + "/*");
        var shorter =
                Statement.denyAll("NoShortRetention", List.of("s3:PutObjectRetention"), objects)
                        .when(
                                "NumericLessThan",
                                "s3:object-lock-remaining-retention-days",
                                // S3 counts whole days that are left, so the last one is not whole
                                Integer.toString(settings.retentionDays() - 1));
        return List.of(
                Statement.denyAll("TlsOnly", List.of("s3:*"), everything)
                        .when("Bool", "aws:SecureTransport", "false"),
                Statement.denyAll("NothingOnTop", List.of("s3:PutObject"), objects)
                        .when("Null", "s3:if-none-match", "true"),
                Statement.denyAll("NothingGoes", UNLOCKING, everything),
                shorter);
    }

    /** What seals a payload: it can be made and stored, and not be read again. */
    static List<Statement> sealing(Arns arns, Settings settings) {
        return List.of(
                Statement.allow(
                                "SealPayloads",
                                List.of("kms:GenerateDataKey"),
                                List.of(arns.anyKey()))
                        .when("StringEquals", "kms:RequestAlias", payloadKeyAlias(settings)),
                Statement.allow(
                                "KeepPayloadKeys",
                                List.of("dynamodb:PutItem"),
                                List.of(arns.table("audit-keys")))
                        .leadingKeys(List.of("chain#*")),
                Statement.allow(
                        "KeepPayloads",
                        List.of("s3:PutObject", "s3:PutObjectRetention"),
                        List.of(arns.bucket() + PAYLOADS)));
    }

    /** What opens payloads, and records that it did. */
    static List<Statement> opening(Arns arns, Settings settings) {
        return List.of(
                Statement.allow("OpenPayloads", List.of("kms:Decrypt"), List.of(arns.anyKey()))
                        .when("StringEquals", "kms:RequestAlias", payloadKeyAlias(settings)),
                Statement.allow(
                        "ReadPayloadKeys",
                        List.of("dynamodb:GetItem"),
                        List.of(arns.table("audit-keys"))),
                Statement.allow(
                        "ReadPayloads", List.of("s3:GetObject"), List.of(arns.bucket() + PAYLOADS)),
                appending(arns, List.of("control#*", "writer#*")));
    }

    /** Read access to the whole trail, for people and for the command line. */
    static List<Statement> reading(Arns arns, Settings settings) {
        return List.of(
                Statement.allow(
                        "ReadTrail",
                        List.of("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"),
                        List.of(
                                arns.table("audit"),
                                arns.table("audit-index"),
                                arns.table("tlog"))),
                Statement.allow(
                        "ReadArchive",
                        List.of("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectRetention"),
                        List.of(
                                arns.bucket() + LOGS,
                                arns.bucket() + PAYLOADS,
                                arns.passingBucket() + LOGS)),
                Statement.allow(
                        "ListArchive",
                        List.of("s3:ListBucket", "s3:ListBucketVersions"),
                        List.of(arns.bucket(), arns.passingBucket())),
                CheckpointKey.reading(arns, settings));
    }

    /**
     * Appending records of the kinds named by their key prefix, and nothing else on the journal.
     *
     * @param keys patterns of partition keys, such as {@code call#*}
     */
    static Statement appending(Arns arns, List<String> keys) {
        return Statement.allow("Append", List.of("dynamodb:PutItem"), List.of(arns.table("audit")))
                .leadingKeys(keys);
    }
}
