package dev.sluicegate.router.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/** The policy table in DynamoDB. */
final class DynamoDbPolicyTable implements PolicyTable {
    /** A caller waits for this read before anything is decided, and reads have a last good set to go on with. */
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(1);

    private static final Duration ATTEMPT_TIMEOUT = Duration.ofMillis(500);

    private final DynamoDbClient client;
    private final String table;

    DynamoDbPolicyTable(DynamoDbClient client, String table) {
        this.client = client;
        this.table = table;
    }

    @Override
    public Map<String, AttributeValue> get(String pk, String sk) {
        return client.getItem(request ->
                        request.tableName(table)
                                .key(Map.of("pk", text(pk), "sk", text(sk)))
                                .consistentRead(true)
                                .overrideConfiguration(DynamoDbPolicyTable::hurry))
                .item();
    }

    private static void hurry(AwsRequestOverrideConfiguration.Builder request) {
        request.apiCallTimeout(CALL_TIMEOUT).apiCallAttemptTimeout(ATTEMPT_TIMEOUT);
    }

    @Override
    public List<Map<String, AttributeValue>> query(String pk, String prefix) {
        return new ArrayList<>(
                client
                        .queryPaginator(request ->
                                request.tableName(table)
                                        .keyConditionExpression("pk = :pk AND begins_with(sk, :sk)")
                                        .expressionAttributeValues(
                                                Map.of(
                                                        ":pk", text(pk),
                                                        ":sk", text(prefix)))
                                        .consistentRead(true))
                        .items()
                        .stream()
                        .toList());
    }

    @Override
    public void putIfAbsent(Map<String, AttributeValue> item) {
        try {
            client.putItem(request ->
                    request.tableName(table)
                            .item(item)
                            .conditionExpression("attribute_not_exists(pk)"));
        } catch (ConditionalCheckFailedException e) {
            // there already: same key, same content
            return;
        }
    }

    private static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }
}
