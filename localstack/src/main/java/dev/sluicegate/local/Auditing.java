package dev.sluicegate.local;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.audit.Journal;
import dev.sluicegate.audit.payload.Opened;
import dev.sluicegate.audit.payload.RecordedDecision;
import dev.sluicegate.audit.payload.RecordedDecisions;
import dev.sluicegate.cli.RunningStack;
import dev.sluicegate.contract.Product;
import dev.sluicegate.local.aws.Iam;
import dev.sluicegate.local.aws.Template;
import dev.sluicegate.local.demo.DemoCompany;
import dev.sluicegate.local.demo.DemoUser;
import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.PrincipalId;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Reads recorded decisions for people of the demo company who are auditors, with the deployed auditor role's
 * rights and no others.
 */
final class Auditing {
    private static final String ROLE = "auditor";
    private static final Duration SESSION = Duration.ofMinutes(15);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Iam iam;
    private final SdkHttpClient http;
    private final String stage;
    private final String issuer;
    private final String environment;
    private final RecordedDecisions.Stores stores;
    private final Clock clock;

    Auditing(
            Iam iam,
            SdkHttpClient http,
            String stage,
            String issuer,
            String environment,
            Clock clock) {
        this.iam = iam;
        this.http = http;
        this.stage = stage;
        this.issuer = issuer;
        this.environment = environment;
        this.clock = clock;
        this.stores =
                new RecordedDecisions.Stores(
                        Product.resource(stage, "audit"),
                        Product.resource(stage, "audit-index"),
                        Product.resource(stage, "audit-keys"),
                        Product.resource(stage, "audit") + "-" + Template.ACCOUNT,
                        "alias/" + Product.resource(stage, "payload"));
    }

    /**
     * @throws RunningStack.NotAllowedException if the user is no auditor
     */
    ObjectNode read(RunningStack.Reading reading) {
        var user = auditor(reading.user());
        var credentials =
                StaticCredentialsProvider.create(
                        iam.issue(
                                        "arn:aws:iam::"
                                                + Template.ACCOUNT
                                                + ":role/"
                                                + Product.resource(stage, ROLE),
                                        user.name(),
                                        Map.of(),
                                        PrincipalId.of(issuer, user.name()),
                                        null,
                                        clock.instant().plus(SESSION))
                                .asAwsCredentials());
        try (var db =
                        DynamoDbClient.builder()
                                .credentialsProvider(credentials)
                                .httpClient(http)
                                .build();
                var kms =
                        KmsClient.builder()
                                .credentialsProvider(credentials)
                                .httpClient(http)
                                .build();
                var s3 =
                        S3Client.builder()
                                .credentialsProvider(credentials)
                                .httpClient(http)
                                .forcePathStyle(true)
                                .build()) {
            return answer(
                    clock.instant(),
                    new RecordedDecisions(
                            db,
                            kms,
                            s3,
                            stores,
                            new Journal(
                                    db, stores.auditTable(), Product.resource(stage, ROLE), clock),
                            DemoCompany.TENANT,
                            clock),
                    reading,
                    new RecordedDecisions.Reader(who(user), reading.purpose()));
        }
    }

    private static ObjectNode answer(
            Instant now,
            RecordedDecisions decisions,
            RunningStack.Reading reading,
            RecordedDecisions.Reader reader) {
        var callId = reading.callId();
        var page =
                callId == null
                        ? decisions.since(now.minus(reading.back()), reading.after(), reader)
                        : new RecordedDecisions.Page(
                                1, decisions.of(callId, reader).stream().toList(), 0, null);
        var json = JSON.createObjectNode();
        json.put("now", now.toString());
        json.put("calls", page.calls()).put("uncounted", page.uncounted());
        json.put("after", page.after());
        var list = json.putArray("decisions");
        page.decisions().forEach(decision -> list.add(json(decision)));
        return json;
    }

    private static ObjectNode json(RecordedDecision recorded) {
        var json = JSON.createObjectNode();
        json.set("record", recorded.record().toJson());
        switch (recorded.input()) {
            case Opened.Content(var bytes) ->
                    json.put("input", new String(bytes, StandardCharsets.UTF_8));
            case Opened.NotStored() -> json.put("problem", "not_stored");
            case Opened.Erased(var key) -> json.put("problem", "erased").put("detail", key);
            case Opened.Missing(var where) -> json.put("problem", "missing").put("detail", where);
            case Opened.Tampered(var why) -> json.put("problem", "tampered").put("detail", why);
        }
        return json;
    }

    private static DemoUser auditor(String name) {
        var user =
                DemoCompany.user(name)
                        .orElseThrow(() ->
                                new RunningStack.NotAllowedException(
                                        "no demo user `" + name + "`"));
        if (!user.roles().contains(ROLE)) {
            throw new RunningStack.NotAllowedException(
                    "`"
                            + name
                            + "` is no auditor, and what calls were decided from is for auditors");
        }
        return user;
    }

    private AuditRecord.Who who(DemoUser user) {
        return new AuditRecord.Who(
                PrincipalId.of(issuer, user.name()),
                true,
                List.copyOf(user.roles()),
                environment,
                DemoCompany.CLI_CLIENT,
                null,
                null,
                null,
                false,
                null);
    }
}
