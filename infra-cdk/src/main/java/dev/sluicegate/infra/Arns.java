package dev.sluicegate.infra;

import java.util.List;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.ArnFormat;
import software.amazon.awscdk.Stack;

/**
 * ARNs made from physical names, so that stacks know each other by name and none exports a value that would
 * tie their deployments together.
 */
record Arns(Stack stack, Settings settings) {
    String table(String what) {
        return regional("dynamodb", "table/" + settings.name(what));
    }

    String function(String what) {
        return regional("lambda", "function:" + settings.name(what));
    }

    /** The function and its alias: what a caller may invoke. */
    List<String> callable(String what) {
        return List.of(function(what), function(what) + ":" + JavaFunction.ALIAS);
    }

    /** Secrets Manager ends the ARN with six characters of its own. */
    String secret(String what) {
        return regional("secretsmanager", "secret:" + settings.name(what) + "-??????");
    }

    /** Every key of the account: for a statement that names the one by its alias. */
    String anyKey() {
        return regional("kms", "key/*");
    }

    String role(String what) {
        return global("role/" + settings.name(what));
    }

    String issuer() {
        return global("oidc-provider/" + settings.issuerConditionPrefix());
    }

    String bucketName() {
        return settings.name("audit") + "-" + stack.getAccount();
    }

    String bucket() {
        return "arn:" + stack.getPartition() + ":s3:::" + bucketName();
    }

    /** Bucket of what moves or passes: the pointers of the logs, and what is staged. */
    String passingBucketName() {
        return settings.name("tlog") + "-" + stack.getAccount();
    }

    String passingBucket() {
        return "arn:" + stack.getPartition() + ":s3:::" + passingBucketName();
    }

    /** The account itself: whoever its administrators let in. */
    String account() {
        return global("root");
    }

    private String regional(String service, String resource) {
        return stack.formatArn(
                ArnComponents.builder()
                        .service(service)
                        .resource(resource)
                        .arnFormat(ArnFormat.NO_RESOURCE_NAME)
                        .build());
    }

    private String global(String resource) {
        return stack.formatArn(
                ArnComponents.builder()
                        .service("iam")
                        .region("")
                        .resource(resource)
                        .arnFormat(ArnFormat.NO_RESOURCE_NAME)
                        .build());
    }
}
