package dev.sluicegate.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.dynamodb.services.local.embedded.DynamoDBEmbedded;

class DemoCompanyTest {
    @Test
    void everybodyHasTheRoleThatThePagesSay() {
        var roles = new ArrayList<String>();
        DemoCompany.users()
                .forEach(user -> roles.add(user.name() + String.join(",", user.roles())));

        assertThat(roles)
                .containsExactly(
                        "adasupport",
                        "benbilling-leads",
                        "olgaops",
                        "ottoops-leads",
                        "danadata-export",
                        "lenasupport-leads",
                        "veraauditor",
                        "petrapolicy-admin",
                        "paulpolicy-admin",
                        "mallory");
        assertThat(DemoCompany.user("eve")).isEmpty();
    }

    @Test
    void cardNumbersAndIbansPassTheirCheckDigits() {
        for (var customer : DemoCompany.customers("demo")) {
            assertThat(luhn(text(customer, "card_number"))).as("%s", customer).isTrue();
            assertThat(mod97(text(customer, "iban"))).as("%s", customer).isEqualTo(1);
        }
    }

    @Test
    void theTrapsAreWhereTheTestsLookForThem() {
        var notes = text(customer("C-1003"), "notes");

        assertThat(notes).containsPattern("\\bAKIA[A-Z2-7]{16}\\b");
        assertThat(notes).contains("-----BEGIN RSA " + "PRIVATE KEY-----");
        assertThat(text(customer("C-1004"), "notes")).contains("ignore all previous instructions");
        assertThat(text(customer("C-1001"), "notes")).doesNotContain("AKIA", "ignore");
    }

    @Test
    void aDayOfRefundsFitsIntoTheFirstInvoice() {
        var first = DemoCompany.invoices("demo").getFirst();

        assertThat(text(first, "invoice_id")).isEqualTo("INV-2001");
        assertThat(new BigDecimal(Objects.requireNonNull(first.get("amount")).n()))
                .isGreaterThan(new BigDecimal("1500"));
        assertThat(text(first, "currency")).isEqualTo("EUR");
    }

    @Test
    void seedingTwiceKeepsWhatHasHappenedSince() {
        try (var db = DynamoDBEmbedded.create().dynamoDbClient()) {
            table(db, "sluicegate-test-demo-customers");
            table(db, "sluicegate-test-demo-invoices");
            DemoCompany.seed(db, "test", "demo");
            db.updateItem(update ->
                    update.tableName("sluicegate-test-demo-invoices")
                            .key(Map.of("pk", s("demo#INV-2001"), "sk", s("INVOICE")))
                            .updateExpression("SET refunded = :r")
                            .expressionAttributeValues(Map.of(":r", AttributeValue.fromN("50"))));

            DemoCompany.seed(db, "test", "demo");

            var invoice =
                    db.getItem(get ->
                                    get.tableName("sluicegate-test-demo-invoices")
                                            .key(
                                                    Map.of(
                                                            "pk",
                                                            s("demo#INV-2001"),
                                                            "sk",
                                                            s("INVOICE"))))
                            .item();
            assertThat(Objects.requireNonNull(invoice.get("refunded")).n()).isEqualTo("50");
            assertThat(db.scan(scan -> scan.tableName("sluicegate-test-demo-customers")).count())
                    .isEqualTo(12);
        }
    }

    private static Map<String, AttributeValue> customer(String id) {
        return DemoCompany.customers("demo").stream()
                .filter(item -> text(item, "customer_id").equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static void table(DynamoDbClient db, String name) {
        db.createTable(create ->
                create.tableName(name)
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .attributeDefinitions(attribute("pk"), attribute("sk"))
                        .keySchema(key("pk", KeyType.HASH), key("sk", KeyType.RANGE)));
    }

    private static AttributeDefinition attribute(String name) {
        return AttributeDefinition.builder()
                .attributeName(name)
                .attributeType(ScalarAttributeType.S)
                .build();
    }

    private static KeySchemaElement key(String name, KeyType type) {
        return KeySchemaElement.builder().attributeName(name).keyType(type).build();
    }

    private static String text(Map<String, AttributeValue> item, String name) {
        return Objects.requireNonNull(item.get(name)).s();
    }

    private static AttributeValue s(String value) {
        return AttributeValue.fromS(value);
    }

    private static boolean luhn(String digits) {
        var sum = 0;
        for (var i = 0; i < digits.length(); i++) {
            var digit = digits.charAt(digits.length() - 1 - i) - '0';
            var doubled = i % 2 == 1 ? digit * 2 : digit;
            sum += doubled > 9 ? doubled - 9 : doubled;
        }
        return sum % 10 == 0;
    }

    private static int mod97(String iban) {
        var digits = new StringBuilder();
        (iban.substring(4) + iban.substring(0, 4))
                .chars()
                .forEach(c -> digits.append(Character.digit(c, 36)));
        return new BigInteger(digits.toString()).mod(BigInteger.valueOf(97)).intValue();
    }

    @Test
    void trustOfAClientIsOneOfTheTwoWords() {
        assertThat(DemoCompany.clients().values()).isSubsetOf(List.of("managed", "known"));
        assertThat(DemoCompany.clients()).containsKeys("cli", "inspector");
    }
}
