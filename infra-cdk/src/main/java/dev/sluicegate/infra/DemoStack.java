package dev.sluicegate.infra;

import java.util.List;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.constructs.Construct;

/** Tables of the demo company: what the shipped tools act on. */
final class DemoStack extends Stack {
    /** By the name that manifests use: {@code ${table:customers}}. */
    static final List<String> TABLES = List.of("customers", "invoices", "refunds", "mailbox");

    DemoStack(Construct scope, Settings settings) {
        super(
                scope,
                settings.name("demo"),
                StackProps.builder().description("Tables of the demo company").build());
        for (var table : TABLES) {
            Table.passing("demo-" + table).in(this, capitalized(table), settings);
        }
    }

    static String capitalized(String word) {
        return Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }
}
