package dev.sluicegate.router.chain;

import static dev.sluicegate.router.chain.ChainFixtures.NOW;
import static dev.sluicegate.router.chain.ChainFixtures.ada;
import static dev.sluicegate.router.chain.ChainFixtures.manifest;
import static dev.sluicegate.router.chain.ChainFixtures.object;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluicegate.contract.Label;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

class ChainStoreTest {
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final long SECOND = NOW.getEpochSecond();
    private static final ChainState.Quota NO_CALLS =
            new ChainState.Quota("2026-11-24", 0, 0, BigDecimal.ZERO);
    private static final String CHAIN_KEY =
            "\"pk\":{\"S\":\"%s\"},\"sk\":{\"S\":\"STATE\"}"
                    .formatted(attribute(ChainRows.chainKey(ada("cli")), "pk").s());
    private static final String PRINCIPAL_KEY =
            "\"pk\":{\"S\":\"%s\"},\"sk\":{\"S\":\"LABELS\"}"
                    .formatted(attribute(ChainRows.principalKey(ada("cli")), "pk").s());
    private static final String RATE_KEY =
            "\"pk\":{\"S\":\"%s\"},\"sk\":{\"S\":\"BUCKETS\"}"
                    .formatted(attribute(ChainRows.rateKey(ada("cli")), "pk").s());
    private static final String QUOTA_KEY =
            "\"pk\":{\"S\":\"%s\"},\"sk\":{\"S\":\"2026-11-24#billing___refund\"}"
                    .formatted(attribute(ChainRows.quotaKey(ada("cli"), "d", "t"), "pk").s());

    @Test
    void theRowsAreReadAtOnceAndConsistently() {
        var answer =
                """
                {"Responses":{"chains":[
                  {%s,"chainId":{"S":"chain-1"},"lastAt":{"N":"%d"},"depth":{"N":"3"},
                   "labels":{"SS":["internal"]},"tools":{"SS":["crm___get_customer"]},"untrusted":{"BOOL":true}},
                  {%s,"pii":{"N":"%d"},"health":{"N":"%d"}},
                  {%s,"calls":{"N":"4"},"rowsRead":{"N":"9"},"amount":{"N":"149.5"}},
                  {%s,"*":{"N":"%d"},"billing___refund":{"N":"7"},"crm___get_customer":{"N":"9"}}]},
                 "UnprocessedKeys":{}}
                """
                        .formatted(
                                CHAIN_KEY,
                                SECOND - 60,
                                PRINCIPAL_KEY,
                                SECOND + 1,
                                SECOND - 1,
                                QUOTA_KEY,
                                RATE_KEY,
                                SECOND * 1_000_000 + 5);
        try (var dynamo = new DynamoDbAnswers(200, answer)) {
            var state = store(dynamo).read(ada("cli"), "billing___refund");

            assertThat(state)
                    .isEqualTo(
                            new ChainState(
                                    "chain-1",
                                    true,
                                    3,
                                    Set.of(Label.INTERNAL, Label.PII),
                                    Set.of("crm___get_customer"),
                                    true,
                                    new ChainState.Quota(
                                            "2026-11-24", 4, 9, new BigDecimal("149.5")),
                                    new ChainState.Rate(
                                            SECOND * 1_000_000 + 5, 7, Duration.ZERO, false)));
            assertThat(dynamo.requests()).hasSize(1);
            assertThat(dynamo.requests().getFirst()).contains("\"ConsistentRead\":true");
        }
    }

    @Test
    void whatWasLeftUnreadIsReadAgain() {
        var first =
                """
                {"Responses":{"chains":[{%s,"pii":{"N":"%d"}}]},
                 "UnprocessedKeys":{"chains":{"ConsistentRead":true,"Keys":[{%s}]}}}
                """
                        .formatted(PRINCIPAL_KEY, SECOND + 60, CHAIN_KEY);
        var second =
                """
                {"Responses":{"chains":[{%s,"chainId":{"S":"chain-1"},"lastAt":{"N":"%d"}}]},
                 "UnprocessedKeys":{}}
                """
                        .formatted(CHAIN_KEY, SECOND);
        try (var dynamo = new DynamoDbAnswers(200, first, second)) {
            var state = store(dynamo).read(ada("cli"), "billing___refund");

            assertThat(state.chainId()).isEqualTo("chain-1");
            assertThat(state.labels()).containsExactly(Label.PII);
            assertThat(dynamo.requests()).hasSize(2);
            assertThat(dynamo.requests().getLast()).doesNotContain("LABELS");
        }
    }

    @Test
    void aRowThatIsNeverReadIsNotTakenForAbsent() {
        var never =
                """
                {"Responses":{},"UnprocessedKeys":{"chains":{"ConsistentRead":true,"Keys":[{%s}]}}}
                """
                        .formatted(PRINCIPAL_KEY);
        try (var dynamo = new DynamoDbAnswers(200, never)) {
            assertThatThrownBy(() -> store(dynamo).read(ada("cli"), "billing___refund"))
                    .isInstanceOf(ChainUnavailableException.class);
        }
    }

    @Test
    void aTableThatIsGoneIsNotTakenForEmpty() {
        var gone =
                "{\"__type\":\"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException\",\"message\":\"gone\"}";
        try (var dynamo = new DynamoDbAnswers(400, gone)) {
            assertThatThrownBy(() -> store(dynamo).read(ada("cli"), "billing___refund"))
                    .isInstanceOf(ChainUnavailableException.class);
        }
    }

    @Test
    void aRowThatMakesNoSenseIsNotTakenForEmpty() {
        for (var row :
                List.of(
                        "\"chainId\":{\"S\":\"c\"},\"lastAt\":{\"N\":\"%d\"},\"labels\":{\"SS\":[\"new\"]}",
                        "\"chainId\":{\"S\":\"c\"},\"lastAt\":{\"S\":\"%d\"}",
                        "\"chainId\":{\"N\":\"1\"},\"lastAt\":{\"N\":\"%d\"}")) {
            var answer =
                    "{\"Responses\":{\"chains\":[{"
                            + CHAIN_KEY
                            + ","
                            + row.formatted(SECOND)
                            + "}]},\"UnprocessedKeys\":{}}";
            try (var dynamo = new DynamoDbAnswers(200, answer)) {
                assertThatThrownBy(() -> store(dynamo).read(ada("cli"), "billing___refund"))
                        .isInstanceOf(ChainUnavailableException.class);
            }
        }
    }

    @Test
    void aChainIsOverThirtyMinutesAfterItsLastCallAndTheSensitiveLabelsAreNot() {
        var window = ChainRows.WINDOW.toSeconds();
        var principal = Map.of("financial", ChainRows.number(SECOND + 5));

        var open = state(chain(SECOND - window), principal);
        var over = state(chain(SECOND - window - 1), principal);

        assertThat(open.opened()).isTrue();
        assertThat(open.chainId()).isEqualTo("chain-1");
        assertThat(open.labels()).containsExactlyInAnyOrder(Label.UNTRUSTED, Label.FINANCIAL);
        assertThat(over.opened()).isFalse();
        assertThat(over.chainId()).isEqualTo("minted");
        assertThat(over.depth()).isZero();
        assertThat(over.untrusted()).isFalse();
        assertThat(over.tools()).isEmpty();
        assertThat(over.labels()).containsExactly(Label.FINANCIAL);
    }

    @Test
    void aLabelFollowsForADayAndNoLonger() {
        var until = Map.of("pii", ChainRows.number(SECOND));
        var before = Map.of("pii", ChainRows.number(SECOND - 1));

        assertThat(state(Map.of(), until).labels()).containsExactly(Label.PII);
        assertThat(state(Map.of(), before).labels()).isEmpty();
    }

    @Test
    void theDayIsThatOfTheZone() {
        try (var dynamo = new DynamoDbAnswers(200, "{\"Responses\":{},\"UnprocessedKeys\":{}}")) {
            var utc =
                    new ChainStore(
                            dynamo.client(), "chains", CLOCK, ZoneOffset.UTC, RateLimits.DEFAULT);

            assertThat(utc.read(ada("cli"), "t").quota().day()).isEqualTo("2026-11-23");
            assertThat(store(dynamo).read(ada("cli"), "t").quota().day()).isEqualTo("2026-11-24");
        }
    }

    @Test
    void clientsHaveTheirOwnChainsWhateverTheirIds() {
        var keys = new HashSet<String>();
        for (var client :
                List.of(
                        "a",
                        "a#STATE",
                        "b#c",
                        "b",
                        "c",
                        "x".repeat(5_000),
                        "é",
                        "https://a.test/c")) {
            keys.add(attribute(ChainRows.chainKey(ada(client)), "pk").s());
        }

        assertThat(keys).hasSize(8).allMatch(key -> key.length() < 100);
        assertThat(keys).allMatch(key -> key.split("#", -1).length == 4);
    }

    @Test
    void aReservationHoldsOnlyWhileTheCountersAreAsRead() {
        var quota = new ChainState.Quota("2026-11-24", 10, 0, new BigDecimal("450.50"));

        var update = reserve(state("chain-1", true, quota), "50").getFirst().update();

        assertThat(attribute(update.key(), "sk").s()).isEqualTo("2026-11-24#billing___refund");
        assertThat(update.conditionExpression()).isEqualTo("#calls = :calls AND #amount = :before");
        assertThat(update.expressionAttributeValues())
                .containsEntry(":calls", AttributeValue.fromN("10"))
                .containsEntry(":before", AttributeValue.fromN("450.50"))
                .containsEntry(":one", AttributeValue.fromN("1"))
                .containsEntry(":amount", AttributeValue.fromN("50"));
    }

    @Test
    void theFirstReservationOfADayHoldsOnlyWhileThereIsNoOther() {
        var update = reserve(state("chain-1", true, NO_CALLS), "50").getFirst().update();

        assertThat(update.conditionExpression())
                .isEqualTo(
                        "(attribute_not_exists(#calls) OR #calls = :calls)"
                                + " AND (attribute_not_exists(#amount) OR #amount = :before)");
        assertThat(Long.parseLong(attribute(update.expressionAttributeValues(), ":ttl").n()))
                .isGreaterThan(SECOND + Duration.ofDays(2).toSeconds());
    }

    @Test
    void aRunningChainIsContinuedOnlyWhileItIsTheOneThatWasRead() {
        var update = reserve(state("chain-1", true, NO_CALLS), "0").getLast().update();

        assertThat(update.conditionExpression()).isEqualTo("#chainId = :id");
        assertThat(update.expressionAttributeValues())
                .containsEntry(":id", AttributeValue.fromS("chain-1"))
                .containsEntry(":now", AttributeValue.fromN(Long.toString(SECOND)));
    }

    @Test
    void aNewChainReplacesOnlyOneThatIsOver() {
        var put = reserve(state("chain-2", false, NO_CALLS), "0").getLast().put();

        assertThat(put.conditionExpression())
                .isEqualTo("attribute_not_exists(#pk) OR #lastAt < :open");
        assertThat(put.expressionAttributeValues())
                .containsEntry(":open", AttributeValue.fromN(Long.toString(SECOND - 1_800)));
        assertThat(put.item())
                .containsEntry("chainId", AttributeValue.fromS("chain-2"))
                .containsEntry("depth", AttributeValue.fromN("1"))
                .containsEntry("untrusted", AttributeValue.fromBool(false))
                .doesNotContainKey("labels");
    }

    @Test
    void labelsGoToTheChainAndTheSensitiveOnesToThePrincipal() {
        var items =
                learn(new Learned(Set.of(Label.PII, Label.INTERNAL, Label.UNTRUSTED), 7, false));

        assertThat(items).hasSize(3);
        var chain = items.get(0).update();
        assertThat(chain.updateExpression())
                .contains("ADD #labels :labels")
                .contains("#untrusted = :true");
        assertThat(attribute(chain.expressionAttributeValues(), ":labels").ss())
                .containsExactly("internal", "pii", "untrusted");
        var principal = items.get(1).update();
        assertThat(principal.updateExpression()).isEqualTo("SET #ttl = :ttl, #pii = :until");
        assertThat(principal.expressionAttributeValues())
                .containsEntry(":until", AttributeValue.fromN(Long.toString(SECOND + 86_400)));
        assertThat(Long.parseLong(attribute(principal.expressionAttributeValues(), ":ttl").n()))
                .isGreaterThan(SECOND + 86_400);
        var quota = items.get(2).update();
        assertThat(quota.expressionAttributeValues())
                .containsEntry(":rows", AttributeValue.fromN("7"))
                .doesNotContainKey(":calls");
    }

    @Test
    void aLessonHasNoConditionThatCouldFail() {
        for (var item : learn(new Learned(Set.of(Label.PII), 1, true))) {
            assertThat(item.update().conditionExpression()).isNull();
        }
    }

    @Test
    void aCallThatTaughtNothingOnlyKeepsItsChainAlive() {
        var items = learn(new Learned(Set.of(), 0, false));

        assertThat(items).hasSize(1);
        assertThat(items.getFirst().update().updateExpression())
                .doesNotContain("labels", "untrusted");
    }

    @Test
    void aRefundGivesBackTheCallAndItsAmount() {
        var update = learn(new Learned(Set.of(), 0, true)).getLast().update();

        assertThat(update.expressionAttributeValues())
                .containsEntry(":calls", AttributeValue.fromN("-1"))
                .containsEntry(":amount", AttributeValue.fromN("-50"));
    }

    @Test
    void noTransactionTouchesOneItemTwice() {
        var all =
                List.of(
                        reserve(state("chain-1", true, NO_CALLS), "50"),
                        reserve(state("chain-1", false, NO_CALLS), "50"),
                        learn(new Learned(Set.of(Label.values()), 5, true)));

        for (var items : all) {
            var keys = new HashSet<Map<String, AttributeValue>>();
            for (var item : items) {
                keys.add(
                        item.put() == null
                                ? item.update().key()
                                : Map.of(
                                        "pk",
                                        item.put().item().get("pk"),
                                        "sk",
                                        item.put().item().get("sk")));
            }
            assertThat(keys).hasSameSizeAs(items);
        }
    }

    @Test
    void aBucketInUseGivesACallOnlyWhileItHoldsOne() {
        var inUse = SECOND * 1_000_000 + 200_000;
        var rate = new ChainState.Rate(inUse, inUse, Duration.ZERO, false);

        var update = reserve(rated(rate), "0").get(1).update();

        assertThat(attribute(update.key(), "sk").s()).isEqualTo("BUCKETS");
        assertThat(update.updateExpression())
                .isEqualTo("SET #ttl = :ttl, #all = #all + :all, #tool = #tool + :tool");
        assertThat(update.conditionExpression())
                .isEqualTo(
                        "#all > :now AND #all <= :allLatest AND #tool > :now AND #tool <= :toolLatest");
        // 120 calls, 10 a second: the last one may be taken when the other 119 are out
        assertThat(update.expressionAttributeValues())
                .containsEntry(":all", AttributeValue.fromN("100000"))
                .containsEntry(
                        ":allLatest",
                        AttributeValue.fromN(Long.toString(SECOND * 1_000_000 + 119 * 100_000)))
                .containsEntry(":tool", AttributeValue.fromN("200000"))
                .containsEntry(
                        ":toolLatest",
                        AttributeValue.fromN(Long.toString(SECOND * 1_000_000 + 59 * 200_000)));
    }

    @Test
    void aFullBucketIsTakenFromOnlyWhileItIsFull() {
        var update = reserve(rated(ChainState.Rate.FULL), "0").get(1).update();

        assertThat(update.updateExpression())
                .isEqualTo("SET #ttl = :ttl, #all = :all, #tool = :tool");
        assertThat(update.conditionExpression())
                .isEqualTo(
                        "(attribute_not_exists(#all) OR #all <= :now)"
                                + " AND (attribute_not_exists(#tool) OR #tool <= :now)");
        assertThat(update.expressionAttributeValues())
                .containsEntry(
                        ":all", AttributeValue.fromN(Long.toString(SECOND * 1_000_000 + 100_000)));
        assertThat(update.expressionAttributeNames())
                .containsEntry("#all", "*")
                .containsEntry("#tool", "billing___refund");
    }

    @Test
    void howLongToWaitIsUntilBothBucketsHoldACall() {
        var limits =
                new RateLimits(
                        new RateLimits.Limit(2, 60),
                        new RateLimits.Limit(1, 6),
                        Map.of("other___tool", new RateLimits.Limit(5, 60)));
        var now = SECOND * 1_000_000;

        var one = rate(limits, "a___b", now + 1_000_000, now);
        var none = rate(limits, "a___b", now + 1_500_000, now);
        var ofTool = rate(limits, "a___b", now + 1_500_000, now + 10_000_000);
        var ofOtherTool = rate(limits, "other___tool", now, now + 4_000_000);

        assertThat(one.delay()).isZero();
        assertThat(none.delay()).isEqualTo(Duration.ofMillis(500));
        assertThat(none.toolIsEmpty()).isFalse();
        assertThat(ofTool.delay()).isEqualTo(Duration.ofSeconds(10));
        assertThat(ofTool.toolIsEmpty()).isTrue();
        assertThat(ofOtherTool.delay()).isZero();
    }

    @Test
    void aBucketThatMakesNoSenseIsNotTakenForFull() {
        var row = Map.of("*", AttributeValue.fromS("soon"));

        assertThatThrownBy(() -> ChainRows.rate(row, RateLimits.DEFAULT, "a___b", NOW))
                .isInstanceOf(ChainUnavailableException.class);
    }

    @Test
    void anotherClientOfTheSamePrincipalTakesFromTheSameBuckets() {
        assertThat(ChainRows.rateKey(ada("one"))).isEqualTo(ChainRows.rateKey(ada("two")));
    }

    private static ChainState.Rate rate(
            RateLimits limits, String tool, long principalFullAt, long toolFullAt) {
        return ChainRows.rate(
                Map.of("*", ChainRows.number(principalFullAt), tool, ChainRows.number(toolFullAt)),
                limits,
                tool,
                NOW);
    }

    private static ChainState rated(ChainState.Rate rate) {
        return new ChainState("chain-1", true, 0, Set.of(), Set.of(), false, NO_CALLS, rate);
    }

    private static List<TransactWriteItem> reserve(ChainState state, String amount) {
        try (var dynamo = new DynamoDbAnswers(500, "{}")) {
            return store(dynamo).reserve(ada("cli"), manifest(""), state, new BigDecimal(amount));
        }
    }

    private static List<TransactWriteItem> learn(Learned learned) {
        var tool = manifest(",\"quota\":{\"sum\":\"$.amount\"}");
        var amount = QuotaAmount.of(tool, object("{\"amount\":50}"));
        try (var dynamo = new DynamoDbAnswers(500, "{}")) {
            return store(dynamo)
                    .learn(ada("cli"), tool, state("chain-1", true, NO_CALLS), learned, amount);
        }
    }

    private static ChainState state(String id, boolean opened, ChainState.Quota quota) {
        return new ChainState(id, opened, 0, Set.of(), Set.of(), false, quota);
    }

    private static ChainState state(
            Map<String, AttributeValue> chain, Map<String, AttributeValue> principal) {
        return ChainRows.state(
                chain, principal, Map.of(), ChainState.Rate.FULL, "2026-11-23", NOW, "minted");
    }

    private static Map<String, AttributeValue> chain(long lastAt) {
        return Map.of(
                "chainId", AttributeValue.fromS("chain-1"),
                "lastAt", ChainRows.number(lastAt),
                "depth", ChainRows.number(2),
                "labels", AttributeValue.fromSs(List.of("untrusted")),
                "tools", AttributeValue.fromSs(List.of("a___b")),
                "untrusted", AttributeValue.fromBool(true));
    }

    private static AttributeValue attribute(Map<String, AttributeValue> row, String name) {
        return requireNonNull(row.get(name), name);
    }

    private static ChainStore store(DynamoDbAnswers dynamo) {
        return new ChainStore(
                dynamo.client(), "chains", CLOCK, ZoneId.of("Europe/Berlin"), RateLimits.DEFAULT);
    }
}
