package dev.sluicegate.infra;

import java.util.List;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.s3.CfnBucket;
import software.amazon.awscdk.services.s3.CfnBucketPolicy;
import software.constructs.Construct;

/**
 * The bucket without a lock: the pointer to the newest checkpoint of each log, which moves, and what is staged
 * until it is in the log. Nothing in it is evidence: what the pointer says is also a file under lock.
 */
final class PassingBucket {
    /** As long as a segment that names the content. */
    private static final int STAGED_DAYS = 30;

    private PassingBucket() {}

    static void in(Construct scope, Arns arns, Settings settings) {
        var bucket =
                TrailStack.closedBucket(scope, "Passing", arns.passingBucketName())
                        .lifecycleConfiguration(
                                CfnBucket.LifecycleConfigurationProperty.builder()
                                        .rules(
                                                List.of(
                                                        CfnBucket.RuleProperty.builder()
                                                                .id("staged")
                                                                .status("Enabled")
                                                                .prefix("stage/")
                                                                .expirationInDays(STAGED_DAYS)
                                                                .build()))
                                        .build())
                        .build();
        bucket.applyRemovalPolicy(
                settings.production() ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
        var policy =
                CfnBucketPolicy.Builder.create(scope, "PassingPolicy")
                        .bucket(bucket.getRef())
                        .policyDocument(Statement.document(guards(arns)))
                        .build();
        policy.applyRemovalPolicy(
                settings.production() ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
    }

    /** The pointer moves only from what its mover has seen. */
    private static List<Statement> guards(Arns arns) {
        var everything = List.of(arns.passingBucket(), arns.passingBucket() + "/*");
        return List.of(
                Statement.denyAll("TlsOnly", List.of("s3:*"), everything)
                        .when("Bool", "aws:SecureTransport", "false"),
                Statement.denyAll(
                                "NothingUnseen",
                                List.of("s3:PutObject"),
                                List.of(arns.passingBucket() + "/*"))
                        .when("Null", "s3:if-none-match", "true")
                        .when("Null", "s3:if-match", "true"));
    }
}
