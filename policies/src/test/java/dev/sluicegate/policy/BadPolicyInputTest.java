package dev.sluicegate.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is too long, too deep, twice there or not Cedar: a clear error or a deny, never a crash or an allow. */
class BadPolicyInputTest {
    private static final String PERMIT = "@id(\"p\") permit (principal, action, resource)";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "( | true | ) | is nested too deeply",
                "'if true then ' | true | ' else true' | is nested too deeply",
                "'true && ' | true | '' | is nested too deeply",
            })
    void aThousandLevelsAreRefusedWithThePlace(
            String open, String inner, String close, String what) {
        var condition = open.repeat(1_000) + inner + close.repeat(1_000);

        assertThatThrownBy(() -> parse("\n" + PERMIT + " when { " + condition + " };"))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessage("bad.cedar:2 p: " + what);
    }

    @Test
    void whatIsDeeperThanTheRouterEvaluatesIsRefusedWhenItIsPublished() {
        var chain = "true" + " && true".repeat(450);

        assertThatThrownBy(() -> parse(PERMIT + " when { " + chain + " };"))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessage("bad.cedar:1 p: condition is nested deeper than 400");
    }

    @Test
    void asDeepAsIsAllowedIsDecided() {
        var chain = "true" + " && true".repeat(350);
        var choice = "if context.session.dow > 6 then false else ".repeat(60) + "true";

        assertThat(decide(PERMIT + " when { " + chain + " };", "{}").word()).isEqualTo("permit");
        assertThat(decide(PERMIT + " when { " + choice + " };", "{}").word()).isEqualTo("permit");
    }

    @Test
    void aStringOf100KilobytesIsComparedLikeAnyOther() {
        var text = "x".repeat(100_000);
        var cedar =
                PERMIT + " when { context.input has s && context.input.s == \"" + text + "\" };";

        assertThat(decide(cedar, "{'s': '" + text + "'}").word()).isEqualTo("permit");
        assertThat(decide(cedar, "{'s': '" + text + "x'}").word()).isEqualTo("deny");
    }

    @Test
    void aSetOf100000IsRefusedByItsPointer() {
        var input = JsonNodeFactory.instance.objectNode();
        var array = input.putArray("a");
        for (var i = 0; i < 100_000; i++) {
            array.add("x");
        }

        assertThatThrownBy(() -> engine(PERMIT + ";").decide(Requests.of(request(input))))
                .isInstanceOf(UnrepresentableInputException.class);
    }

    @Test
    void charactersBeyondTheBasicPlaneAreOneCharacterAndNotTwo() {
        var cedar =
                PERMIT + " when { context.input has s && context.input.s like \"\\u{1f9c0}*\" };";

        assertThat(decide(cedar, "{'s': '\ud83e\uddc0!'}").word()).isEqualTo("permit");
        assertThat(decide(cedar, "{'s': '!\ud83e\uddc0'}").word()).isEqualTo("deny");
    }

    @Test
    void aDecimalOutOfRangeInAPolicyDeniesAndIsNamed() {
        // the validator would refuse it; a stored one must not pass either
        var rules =
                CedarParser.statements(
                                "bad.cedar",
                                PERMIT
                                        + "; @id(\"f\") forbid (principal, action, resource) when"
                                        + " { decimal(\"922337203685477.5808\") =="
                                        + " decimal(\"1.0\") };")
                        .stream()
                        .map(CedarParser::parse)
                        .map(p -> new Rule(String.valueOf(p.annotations().get("id")), p.json()))
                        .toList();
        var slice = new Slice(tool().name(), ActionGroups.of(tool()), tool().inputSchema(), rules);

        var decision =
                new PolicyEngine("sha256:00", 1, t -> java.util.Optional.of(slice), Gateway.PLAIN)
                        .decide(Requests.of(request(JsonNodeFactory.instance.objectNode())));

        assertThat(decision.word()).isEqualTo("deny");
        assertThat(decision.basis().errors()).containsExactly("f");
    }

    @Test
    void aNearMissNamesTheFirstConditionThatNoRemedyMends() {
        var decision =
                decide(
                        "@id(\"small\") permit (principal, action, resource) when {"
                                + " context.input has i && context.input.i <= 5 };"
                                + "@id(\"large\") @approver(\"Mcp::Role::leads\")"
                                + " permit (principal, action, resource) when {"
                                + " context.approval.granted && context.input has i &&"
                                + " context.input.i <= 50 } unless { context.session.dow > 5 };"
                                + "@id(\"elsewhere\") permit (principal in Mcp::Role::\"x\","
                                + " action, resource);",
                        "{'i': 51}");

        assertThat(decision)
                .isInstanceOfSatisfying(
                        Decision.Deny.class,
                        deny ->
                                assertThat(deny.nearMisses())
                                        .extracting(
                                                miss -> miss.policy().id() + ": " + miss.unmet())
                                        .containsExactly(
                                                "large: context.input.i <= 50",
                                                "small: context.input.i <= 5"));
    }

    @Test
    void aForbidLeavesNoNearMisses() {
        var decision = decide(PERMIT + "; @id(\"f\") forbid (principal, action, resource);", "{}");

        assertThat(decision)
                .isInstanceOfSatisfying(
                        Decision.Deny.class, deny -> assertThat(deny.nearMisses()).isEmpty());
    }

    private static void parse(String cedar) {
        CedarParser.statements("bad.cedar", cedar).forEach(CedarParser::parse);
    }

    private static dev.sluicegate.contract.ToolManifest tool() {
        return Tools.reading(
                "lab___try",
                "{'s': {'type': 'string'}, 'i': {'type': 'integer'},"
                        + " 'a': {'type': 'array', 'items': {'type': 'string'}}}");
    }

    private static Decision decide(String cedar, String input) {
        return engine(cedar).decide(Requests.of(request(Tools.json(input))));
    }

    private static PolicyEngine engine(String cedar) {
        return new PolicyEngine(
                PolicyCompiler.compile(Sources.of(cedar), List.of(tool()), 1), Gateway.PLAIN);
    }

    private static ObjectNode request(ObjectNode input) {
        var json = JsonNodeFactory.instance.objectNode().put("tool", tool().name());
        json.set("input", input);
        return json;
    }
}
