package dev.sluicegate.cli;

import java.util.List;

/**
 * Policies that nobody may publish, and what must be said of each. All hold a word of their own that no
 * message repeats: what a policy says is not for terminals and logs of those who only run it.
 */
final class BadPolicies {
    /** In every policy below, and in no message. */
    static final String CANARY = "canary-7f3a";

    private static final String SCOPE =
            "(principal, action == Mcp::Action::\"crm___get_customer\", resource)";

    private BadPolicies() {}

    /**
     * @param place file, line and, where it has a legal one, id of the policy
     * @param message part of what must be said after it
     */
    record Bad(String name, String cedar, String place, String message) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Bad> all() {
        return List.of(
                new Bad(
                        "syntax error",
                        "\n\n@id(\"syntax\") permit "
                                + SCOPE
                                + " when { context.input.customer_id === \"C\" };",
                        "x.cedar:3 syntax",
                        ""),
                new Bad(
                        "cut in the middle",
                        "@id(\"cut\") permit (principal, action == \"C",
                        "x.cedar:1 cut",
                        ""),
                new Bad(
                        "unknown entity type",
                        "@id(\"nobody\") permit (principal is Mcp::Nobody, action, resource) when {"
                                + " \"C\" == \"C\" };",
                        "x.cedar:1 nobody",
                        ""),
                new Bad(
                        "wrong type",
                        "@id(\"type\") permit "
                                + SCOPE
                                + " when { context.input.customer_id > 5 || \"C\" == \"C\" };",
                        "x.cedar:1 type",
                        ""),
                new Bad(
                        "unknown attribute",
                        "@id(\"attribute\") permit "
                                + SCOPE
                                + " when { context.input.nothing == \"C\" };",
                        "x.cedar:1 attribute",
                        ""),
                new Bad(
                        "no id",
                        "// a comment\npermit " + SCOPE + " when { \"C\" == \"C\" };",
                        "x.cedar:2",
                        "no @id"),
                new Bad(
                        "id of 100 KB",
                        "@id(\"" + "C".repeat(36_364) + "\") permit " + SCOPE + ";",
                        "x.cedar:1",
                        "@id is not"),
                new Bad(
                        "reason of 100 KB",
                        "@id(\"long\") @reason(\""
                                + "C".repeat(36_364)
                                + "\") permit "
                                + SCOPE
                                + ";",
                        "x.cedar:1 long",
                        "@reason"),
                new Bad(
                        "reason that steers a terminal",
                        "@id(\"bell\") @reason(\"C\\u{1b}[2J\") permit " + SCOPE + ";",
                        "x.cedar:1 bell",
                        "@reason"),
                new Bad(
                        "a thousand brackets",
                        "@id(\"deep\") permit "
                                + SCOPE
                                + " when { "
                                + "(".repeat(1_000)
                                + "\"C\" == \"C\""
                                + ")".repeat(1_000)
                                + " };",
                        "x.cedar:1 deep",
                        "is nested too deeply"),
                new Bad(
                        "a thousand choices",
                        "@id(\"choices\") permit "
                                + SCOPE
                                + " when { "
                                + "if true then ".repeat(1_000)
                                + "\"C\" == \"C\""
                                + " else false".repeat(1_000)
                                + " };",
                        "x.cedar:1 choices",
                        "is nested too deeply"),
                new Bad(
                        "a thousand conditions in a row",
                        "@id(\"chain\") permit "
                                + SCOPE
                                + " when { \"C\" == \"C\""
                                + " && true".repeat(1_000)
                                + " };",
                        "x.cedar:1 chain",
                        "nested"),
                new Bad(
                        "the same id twice",
                        "@id(\"twice\") permit "
                                + SCOPE
                                + ";\n@id(\"twice\") forbid "
                                + SCOPE
                                + " when { \"C\" == \"C\" };",
                        "x.cedar:2 twice",
                        "@id is taken by x.cedar:1"),
                new Bad(
                        "decimal out of range",
                        "@id(\"decimal\") forbid "
                                + SCOPE
                                + " when { \"C\" == \"C\" && decimal(\"922337203685477.5808\") =="
                                + " decimal(\"1.0\") };",
                        "x.cedar:1 decimal",
                        ""),
                new Bad(
                        "a number beyond 64 bits",
                        "@id(\"number\") permit "
                                + SCOPE
                                + " when { \"C\" == \"C\" && 9223372036854775808 > 1 };",
                        "x.cedar:1 number",
                        ""),
                new Bad(
                        "an entity in a record",
                        "@id(\"escape\") permit "
                                + SCOPE
                                + " when { {\"__entity\": {\"type\": \"C\", \"id\": \"C\"}} == context.input };",
                        "x.cedar:1 escape",
                        ""),
                new Bad(
                        "an extension value in a record",
                        "@id(\"extension\") permit "
                                + SCOPE
                                + " when { {\"__extn\": {\"fn\": \"ip\", \"arg\": \"C\"}} == context.input };",
                        "x.cedar:1 extension",
                        ""),
                new Bad(
                        "characters beyond the basic plane outside of a string",
                        "@id(\"plane\") permit " + SCOPE + " when { \ud83e\uddc0 == \"C\" };",
                        "x.cedar:1 plane",
                        ""),
                new Bad(
                        "a template",
                        "@id(\"template\") permit (principal == ?principal, action, resource) when {"
                                + " \"C\" == \"C\" };",
                        "x.cedar:1 template",
                        "templates are not supported"),
                new Bad(
                        "a set of 100,000",
                        "@id(\"set\") permit "
                                + SCOPE
                                + " when { [\"C\""
                                + ", \"a\"".repeat(100_000)
                                + "].contains(context.input.customer_id) };",
                        "x.cedar:1 set",
                        "characters, at most 131072"));
    }

    /** With the word in it. */
    static String text(Bad bad) {
        return bad.cedar().replace("\"C\"", '"' + CANARY + '"').replace("CCCC", CANARY);
    }
}
