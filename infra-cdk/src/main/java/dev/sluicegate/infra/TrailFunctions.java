package dev.sluicegate.infra;

import dev.sluicegate.contract.Product;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.services.dynamodb.CfnTable;
import software.amazon.awscdk.services.events.CfnRule;
import software.amazon.awscdk.services.lambda.CfnEventSourceMapping;
import software.amazon.awscdk.services.lambda.CfnPermission;
import software.constructs.Construct;

/** The archiver, which follows the journal, and the sweeper, which comes by every few minutes. */
final class TrailFunctions {
    /** How long the trail can be silent without anybody calling. */
    private static final String SWEEPS = "rate(5 minutes)";

    private TrailFunctions() {}

    static void in(Construct scope, Arns arns, Settings settings, CfnTable journal) {
        archiver(scope, arns, settings, journal);
        sweeper(scope, arns, settings);
    }

    private static Map<String, String> environment(Arns arns, Settings settings, String what) {
        var environment = new TreeMap<String, String>();
        environment.put("STAGE", settings.stage());
        environment.put("ENVIRONMENT", settings.environment());
        environment.put("AUDIT_TABLE", settings.name("audit"));
        environment.put("AUDIT_INDEX_TABLE", settings.name("audit-index"));
        environment.put("TLOG_TABLE", settings.name("tlog"));
        environment.put("AUDIT_BUCKET", arns.bucketName());
        environment.put("TLOG_BUCKET", arns.passingBucketName());
        environment.put("CHECKPOINT_KEY_ID", CheckpointKey.alias(settings));
        environment.put("LOG_NAME", settings.logName());
        environment.put("RETENTION_DAYS", Integer.toString(settings.retentionDays()));
        environment.put("LOCK_MODE", settings.lockMode());
        environment.put("POWERTOOLS_SERVICE_NAME", what);
        return environment;
    }

    private static JavaFunction function(
            Construct scope,
            Arns arns,
            Settings settings,
            String id,
            String what,
            int timeoutSeconds,
            List<Statement> statements) {
        return new JavaFunction(
                scope,
                id,
                settings,
                new JavaFunction.Spec(
                        what,
                        Product.ID + ".audit." + id + "Function",
                        Zips.of(
                                settings.root().resolve("router-function").resolve("audit"),
                                settings.assets()),
                        512,
                        timeoutSeconds,
                        0,
                        false,
                        environment(arns, settings, what),
                        statements));
    }

    private static void archiver(Construct scope, Arns arns, Settings settings, CfnTable journal) {
        var statements = new ArrayList<Statement>();
        statements.add(
                Statement.allow(
                        "FollowTheJournal",
                        List.of(
                                "dynamodb:DescribeStream",
                                "dynamodb:GetRecords",
                                "dynamodb:GetShardIterator"),
                        List.of(journal.getAttrStreamArn())));
        // takes no resource
        statements.add(
                Statement.allow("FindTheStream", List.of("dynamodb:ListStreams"), List.of("*")));
        statements.addAll(archiving(arns, settings));
        var function = function(scope, arns, settings, "Archiver", "archiver", 60, statements);
        CfnEventSourceMapping.Builder.create(scope, "Journal")
                .eventSourceArn(journal.getAttrStreamArn())
                .functionName(function.alias().getFunctionArn())
                .startingPosition("TRIM_HORIZON")
                .batchSize(1000)
                // each batch is a checkpoint and its partial tiles, for good: not one for every
                // call
                .maximumBatchingWindowInSeconds(60)
                .parallelizationFactor(1)
                .bisectBatchOnFunctionError(true)
                .functionResponseTypes(List.of("ReportBatchItemFailures"))
                // never give up: what is not archived within 24 hours is gone from the stream
                .maximumRetryAttempts(-1)
                .build();
    }

    private static void sweeper(Construct scope, Arns arns, Settings settings) {
        var statements = new ArrayList<>(archiving(arns, settings));
        statements.add(
                Statement.allow(
                        "ReadTheJournal",
                        List.of("dynamodb:GetItem", "dynamodb:Scan"),
                        List.of(arns.table("audit"))));
        statements.add(TrailStack.appending(arns, List.of("call#*", "control#*", "writer#*")));
        var function = function(scope, arns, settings, "Sweeper", "sweeper", 240, statements);
        var rule =
                CfnRule.Builder.create(scope, "Sweeps")
                        .name(settings.name("sweeps"))
                        .scheduleExpression(SWEEPS)
                        .state("ENABLED")
                        .targets(
                                List.of(
                                        CfnRule.TargetProperty.builder()
                                                .id("sweeper")
                                                .arn(function.alias().getFunctionArn())
                                                .build()))
                        .build();
        CfnPermission.Builder.create(scope, "SweepsInvoke")
                .action("lambda:InvokeFunction")
                .functionName(function.alias().getFunctionArn())
                .principal("events.amazonaws.com")
                .sourceArn(rule.getAttrArn())
                .build();
    }

    /** What it takes to append to the log and to publish it. */
    private static List<Statement> archiving(Arns arns, Settings settings) {
        return List.of(
                Statement.allow(
                        "Archive",
                        List.of("s3:PutObject", "s3:PutObjectRetention", "s3:GetObject"),
                        List.of(arns.bucket() + TrailStack.LOGS)),
                Statement.allow(
                        "PointAndStage",
                        List.of("s3:PutObject", "s3:GetObject"),
                        List.of(
                                arns.passingBucket() + TrailStack.LOGS,
                                arns.passingBucket() + "/stage/*")),
                // without it what is not there would look like what may not be read
                Statement.allow(
                        "SeeWhatIsMissing",
                        List.of("s3:ListBucket"),
                        List.of(arns.bucket(), arns.passingBucket())),
                Statement.allow(
                        "Agree",
                        List.of(
                                "dynamodb:GetItem",
                                "dynamodb:BatchGetItem",
                                "dynamodb:Query",
                                "dynamodb:PutItem"),
                        List.of(arns.table("tlog"))),
                Statement.allow(
                        "Index", List.of("dynamodb:PutItem"), List.of(arns.table("audit-index"))),
                CheckpointKey.signing(arns, settings));
    }
}
