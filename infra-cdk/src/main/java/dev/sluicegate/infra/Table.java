package dev.sluicegate.infra;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.dynamodb.CfnTable;
import software.constructs.Construct;

/**
 * A table as all of ours are: partition key {@code pk}, sort key {@code sk}, paid per request.
 *
 * @param what name within the stage
 * @param kept state that nobody can rebuild: deletion protection, retained when its stack goes
 * @param recoverable point-in-time recovery; not where what is deleted must be gone
 * @param expires items go when their {@code ttl} attribute says so
 * @param streamed changes are published with old and new image
 * @param policy of the table itself, or null
 */
record Table(
        String what,
        boolean kept,
        boolean recoverable,
        boolean expires,
        boolean streamed,
        @Nullable Map<String, Object> policy) {

    static final String TTL = "ttl";

    /** Nobody can rebuild it. */
    static Table kept(String what) {
        return new Table(what, true, true, false, false, null);
    }

    /** Nobody can rebuild it, and nobody may: an item that is deleted is gone for good. */
    static Table erasable(String what) {
        return new Table(what, true, false, false, false, null);
    }

    /** Made from something else, or for a demonstration: it goes with its stack. */
    static Table passing(String what) {
        return new Table(what, false, false, false, false, null);
    }

    Table expiring() {
        return new Table(what, kept, recoverable, true, streamed, policy);
    }

    Table streaming() {
        return new Table(what, kept, recoverable, expires, true, policy);
    }

    Table guardedBy(Map<String, Object> resourcePolicy) {
        return new Table(what, kept, recoverable, expires, streamed, resourcePolicy);
    }

    CfnTable in(Construct scope, String id, Settings settings) {
        var builder =
                CfnTable.Builder.create(scope, id)
                        .tableName(settings.name(what))
                        .billingMode("PAY_PER_REQUEST")
                        .attributeDefinitions(List.of(attribute("pk"), attribute("sk")))
                        .keySchema(List.of(key("pk", "HASH"), key("sk", "RANGE")))
                        .deletionProtectionEnabled(kept)
                        .pointInTimeRecoverySpecification(
                                CfnTable.PointInTimeRecoverySpecificationProperty.builder()
                                        .pointInTimeRecoveryEnabled(recoverable)
                                        .build());
        if (expires) {
            builder.timeToLiveSpecification(
                    CfnTable.TimeToLiveSpecificationProperty.builder()
                            .attributeName(TTL)
                            .enabled(true)
                            .build());
        }
        if (streamed) {
            builder.streamSpecification(
                    CfnTable.StreamSpecificationProperty.builder()
                            .streamViewType("NEW_AND_OLD_IMAGES")
                            .build());
        }
        if (policy != null) {
            builder.resourcePolicy(
                    CfnTable.ResourcePolicyProperty.builder().policyDocument(policy).build());
        }
        var table = builder.build();
        table.applyRemovalPolicy(kept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
        return table;
    }

    private static CfnTable.AttributeDefinitionProperty attribute(String name) {
        return CfnTable.AttributeDefinitionProperty.builder()
                .attributeName(name)
                .attributeType("S")
                .build();
    }

    private static CfnTable.KeySchemaProperty key(String name, String type) {
        return CfnTable.KeySchemaProperty.builder().attributeName(name).keyType(type).build();
    }
}
