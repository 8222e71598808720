package dev.sluicegate.audit;

import dev.sluicegate.record.JournalKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.TransactionInProgressException;

/** {@code PutItem} when the record goes alone, a transaction (at twice the price) when it does not. */
final class DynamoDbJournalTable implements JournalTable {
    /** A caller waits for this write before anything happens: better a clear no than a long wait. */
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(3);

    private static final Duration ATTEMPT_TIMEOUT = Duration.ofMillis(1500);

    private static final String NEW_KEY = "attribute_not_exists(" + JournalKeys.PK + ")";
    private static final String CONDITION = "ConditionalCheckFailed";
    private static final String NONE = "None";

    /** Cancellation codes and errors after which nothing is written and another try may succeed. */
    private static final Set<String> PASSING =
            Set.of(
                    "TransactionConflict",
                    "ThrottlingError",
                    "ProvisionedThroughputExceeded",
                    "ThrottlingException",
                    "ProvisionedThroughputExceededException",
                    "RequestLimitExceeded",
                    "TransactionConflictException");

    private final DynamoDbClient db;
    private final String table;

    DynamoDbJournalTable(DynamoDbClient db, String table) {
        this.db = db;
        this.table = table;
    }

    @Override
    public Written put(
            Map<String, AttributeValue> item, List<TransactWriteItem> alongside, String token) {
        try {
            if (alongside.isEmpty()) {
                db.putItem(alone(item));
            } else {
                db.transactWriteItems(together(item, alongside, token));
            }
            return new Written.Durable();
        } catch (ConditionalCheckFailedException e) {
            return new Written.Exists(e.hasItem() ? sha(e.item()) : "");
        } catch (TransactionCanceledException e) {
            return canceled(e);
        } catch (TransactionInProgressException e) {
            return new Written.Unknown(e);
        } catch (DynamoDbException e) {
            return failed(e);
        } catch (SdkException e) {
            return new Written.Unknown(e);
        }
    }

    private PutItemRequest alone(Map<String, AttributeValue> item) {
        return PutItemRequest.builder()
                .tableName(table)
                .item(item)
                .conditionExpression(NEW_KEY)
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                .overrideConfiguration(DynamoDbJournalTable::hurry)
                .build();
    }

    private TransactWriteItemsRequest together(
            Map<String, AttributeValue> item, List<TransactWriteItem> alongside, String token) {
        var items = new ArrayList<TransactWriteItem>(alongside.size() + 1);
        items.add(
                TransactWriteItem.builder()
                        .put(
                                Put.builder()
                                        .tableName(table)
                                        .item(item)
                                        .conditionExpression(NEW_KEY)
                                        .returnValuesOnConditionCheckFailure(
                                                ReturnValuesOnConditionCheckFailure.ALL_OLD)
                                        .build())
                        .build());
        items.addAll(alongside);
        return TransactWriteItemsRequest.builder()
                .transactItems(items)
                .clientRequestToken(token)
                .overrideConfiguration(DynamoDbJournalTable::hurry)
                .build();
    }

    private static void hurry(AwsRequestOverrideConfiguration.Builder request) {
        request.apiCallTimeout(CALL_TIMEOUT).apiCallAttemptTimeout(ATTEMPT_TIMEOUT);
    }

    private static Written canceled(TransactionCanceledException e) {
        var reasons = e.cancellationReasons();
        if (reasons.isEmpty()) {
            return new Written.Busy(e);
        }
        var own = reasons.getFirst();
        if (CONDITION.equals(own.code())) {
            return new Written.Exists(own.hasItem() ? sha(own.item()) : "");
        }
        var refused = new ArrayList<Integer>();
        for (var i = 1; i < reasons.size(); i++) {
            if (CONDITION.equals(reasons.get(i).code())) {
                refused.add(i - 1);
            }
        }
        if (!refused.isEmpty()) {
            return new Written.Refused(refused, e);
        }
        return reasons.stream().allMatch(DynamoDbJournalTable::passing)
                ? new Written.Busy(e)
                : new Written.Impossible(e);
    }

    private static boolean passing(CancellationReason reason) {
        return reason.code() == null
                || NONE.equals(reason.code())
                || PASSING.contains(reason.code());
    }

    private static Written failed(DynamoDbException e) {
        var details = e.awsErrorDetails();
        @Nullable String code = details == null ? null : details.errorCode();
        if (e.isThrottlingException() || (code != null && PASSING.contains(code))) {
            return new Written.Busy(e);
        }
        return e.statusCode() >= 500 ? new Written.Unknown(e) : new Written.Impossible(e);
    }

    private static String sha(Map<String, AttributeValue> item) {
        var sha = item.get(JournalKeys.SHA);
        return sha == null || sha.s() == null ? "" : sha.s();
    }
}
