package dev.sluicegate.local.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.local.aws.Authorization;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuestionsTest {
    private static final String ARN = "arn:aws:dynamodb:eu-central-1:000000000000:table/audit";
    private final Questions questions =
            new Questions(
                    "arn:aws:dynamodb:eu-central-1:000000000000:",
                    (table, index) -> table.equals("none") ? null : index == null ? "pk" : "gpk");

    private static ObjectNode json(String text) {
        return (ObjectNode) Json.read(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private Authorization one(String operation, String request) {
        assertThat(questions.of(operation, json(request))).hasSize(1);
        return questions.of(operation, json(request)).getFirst();
    }

    @Test
    void anItemIsAskedForByItsPartitionKey() {
        var asked =
                one("GetItem", "{'TableName':'audit','Key':{'pk':{'S':'call#1'},'sk':{'S':'x'}}}");

        assertThat(asked.action()).isEqualTo("dynamodb:GetItem");
        assertThat(asked.resource()).isEqualTo(ARN);
        assertThat(asked.context())
                .containsEntry("dynamodb:LeadingKeys", List.of("call#1"))
                .doesNotContainKey("dynamodb:Attributes");
    }

    @Test
    void aTableNamedByArnIsTheSameTable() {
        assertThat(one("PutItem", "{'TableName':'" + ARN + "','Item':{'pk':{'S':'a'}}}").resource())
                .isEqualTo(ARN);
    }

    @Test
    void attributesOfAPutAndOfAnUpdateAreListed() {
        var put = one("PutItem", "{'TableName':'audit','Item':{'pk':{'S':'a'},'sha':{'S':'b'}}}");
        var update =
                one(
                        "UpdateItem",
                        "{'TableName':'audit','Key':{'pk':{'S':'a'}},'UpdateExpression':'SET #s = if_not_exists(n, :zero) + :one REMOVE a.b[0]','ConditionExpression':'attribute_exists(pk) AND v = :v','ExpressionAttributeNames':{'#s':'status'}}");

        assertThat(put.context().get("dynamodb:Attributes")).containsExactlyInAnyOrder("pk", "sha");
        assertThat(update.context().get("dynamodb:Attributes"))
                .containsExactlyInAnyOrder("pk", "status", "n", "a", "v");
    }

    @Test
    void aTransactionAsksForEachOfItsOperations() {
        var asked =
                questions.of(
                        "TransactWriteItems",
                        json(
                                "{'TransactItems':[{'Put':{'TableName':'audit','Item':{'pk':{'S':'a'}}}},{'Update':{'TableName':'audit','Key':{'pk':{'S':'b'}},'UpdateExpression':'SET x = :x'}},{'Delete':{'TableName':'audit','Key':{'pk':{'S':'c'}}}},{'ConditionCheck':{'TableName':'audit','Key':{'pk':{'S':'d'}},'ConditionExpression':'attribute_exists(pk)'}}]}"));

        assertThat(asked)
                .extracting(Authorization::action)
                .containsExactly(
                        "dynamodb:PutItem",
                        "dynamodb:UpdateItem",
                        "dynamodb:DeleteItem",
                        "dynamodb:ConditionCheckItem");
        assertThat(asked)
                .flatExtracting(
                        each -> each.context().getOrDefault("dynamodb:LeadingKeys", List.of()))
                .containsExactly("a", "b", "c", "d");
        assertThat(asked)
                .allSatisfy(each ->
                        assertThat(each.context())
                                .containsEntry(
                                        "dynamodb:EnclosingOperation",
                                        List.of("TransactWriteItems")));
    }

    @Test
    void anOperationThatATransactionDoesNotKnowNeedsAPermissionNobodyHas() {
        assertThat(
                        one(
                                        "TransactWriteItems",
                                        "{'TransactItems':[{'Touch':{'TableName':'audit'}}]}")
                                .action())
                .isEqualTo("dynamodb:TransactWriteItems");
    }

    @Test
    void everyKeyOfABatchIsALeadingKey() {
        var got =
                questions.of(
                        "BatchGetItem",
                        json(
                                "{'RequestItems':{'audit':{'Keys':[{'pk':{'S':'a'}},{'pk':{'S':'b'}}]},'other':{'Keys':[{'pk':{'S':'c'}}]}}}"));
        var written =
                one(
                        "BatchWriteItem",
                        "{'RequestItems':{'audit':[{'PutRequest':{'Item':{'pk':{'S':'a'}}}},{'DeleteRequest':{'Key':{'pk':{'S':'b'}}}}]}}");

        assertThat(got)
                .extracting(Authorization::resource)
                .containsExactly(ARN, ARN.replace("audit", "other"));
        assertThat(got.getFirst().context().get("dynamodb:LeadingKeys")).containsExactly("a", "b");
        assertThat(written.context().get("dynamodb:LeadingKeys")).containsExactly("a", "b");
    }

    @Test
    void aQueryLeadsWithTheKeyOfItsTableOrIndex() {
        var table =
                one(
                        "Query",
                        "{'TableName':'audit','KeyConditionExpression':'#p = :p AND begins_with(sk, :s)','ExpressionAttributeNames':{'#p':'pk'},'ExpressionAttributeValues':{':p':{'S':'a'},':s':{'S':'b'}}}");
        var index =
                one(
                        "Query",
                        "{'TableName':'audit','IndexName':'byX','KeyConditionExpression':'(gpk = :p)','ExpressionAttributeValues':{':p':{'S':'z'}}}");

        assertThat(table.context().get("dynamodb:LeadingKeys")).containsExactly("a");
        assertThat(index.resource()).isEqualTo(ARN + "/index/byX");
        assertThat(index.context().get("dynamodb:LeadingKeys")).containsExactly("z");
    }

    @Test
    void aScanLeadsWithNothing() {
        assertThat(one("Scan", "{'TableName':'audit'}").context())
                .isEqualTo(Map.of("dynamodb:Select", List.of("ALL_ATTRIBUTES")));
    }

    @Test
    void partiQlIsAskedForAsWhatItDoesAndWithoutKeys() {
        assertThat(
                        one("ExecuteStatement", "{'Statement':'SELECT * FROM audit WHERE pk = 1'}")
                                .action())
                .isEqualTo("dynamodb:PartiQLSelect");
        assertThat(one("ExecuteStatement", "{'Statement':'delete from audit where pk = 1'}"))
                .isEqualTo(new Authorization("dynamodb:PartiQLDelete", ARN, Map.of()));
        assertThat(one("ExecuteStatement", "{'Statement':'EXPLAIN nonsense'}").resource())
                .isEqualTo("*");
        assertThat(one("ExecuteTransaction", "{}").resource()).isEqualTo("*");
    }

    @Test
    void whatTouchesIsKnownToFaults() {
        var call =
                questions.call(
                        "BatchWriteItem",
                        json(
                                "{'RequestItems':{'audit':[{'PutRequest':{'Item':{'pk':{'S':'a'},'sk':{'S':'0#INTENT'}}}}]}}"));

        assertThat(call.tables()).containsExactly("audit");
        assertThat(call.sortKeys()).containsExactly("0#INTENT");
        assertThat(call.writes()).isTrue();
    }
}
