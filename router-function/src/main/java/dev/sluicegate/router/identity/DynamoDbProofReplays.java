package dev.sluicegate.router.identity;

import java.time.Instant;
import java.util.Map;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/**
 * Proofs used anywhere in the deployment, one item each: a proof that one router has seen is refused by
 * all others. Costs a write for each call with a bound token, and nothing for others.
 */
public final class DynamoDbProofReplays implements ProofReplays {
    private final DynamoDbClient dynamoDb;
    private final String table;

    /**
     * @param table with keys {@code pk} and {@code sk}, expiring by {@code ttl}
     */
    public DynamoDbProofReplays(DynamoDbClient dynamoDb, String table) {
        this.dynamoDb = dynamoDb;
        this.table = table;
    }

    @Override
    public boolean first(String proof, Instant until) throws ReplaysUnavailableException {
        try {
            dynamoDb.putItem(put ->
                    put.tableName(table)
                            .item(
                                    Map.of(
                                            "pk",
                                            AttributeValue.fromS("proof#" + proof),
                                            "sk",
                                            AttributeValue.fromS("USED"),
                                            "ttl",
                                            AttributeValue.fromN(
                                                    Long.toString(until.getEpochSecond() + 1))))
                            .conditionExpression("attribute_not_exists(pk)"));
            return true;
        } catch (ConditionalCheckFailedException e) {
            return false;
        } catch (SdkException e) {
            throw new ReplaysUnavailableException("used proofs cannot be kept", e);
        }
    }
}
