package dev.sluicegate.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaGeneratorTest {
    private final SchemaGenerator generator = new SchemaGenerator(PolicySources.baseline().stub());

    @Test
    void anActionIsInTheGroupsOfItsManifest() {
        var schema = generator.generate(List.of(Tools.manifest("mail___send")));

        assertThat(schema)
                .contains(
                        "action \"mail___send\" in [\"effect:write\", \"egress\", \"risk:medium\","
                                + " \"target:mail\"]")
                .contains("principal: [User, Workload], resource: [Gateway]")
                .contains("context: { input: mail___sendInput, session: Session");
    }

    @Test
    void everyJsonTypeHasItsCedarType() {
        var type =
                cedarType(
                        """
                        {'s': {'type': 'string'}, 'i': {'type': 'integer'}, 'b': {'type': 'boolean'},
                         'n': {'type': 'number'}, 'a': {'type': 'array', 'items': {'type': 'integer'}},
                         'o': {'type': 'object', 'properties': {'x': {'type': 'string'}}, 'required': ['x']},
                         'd': {'type': 'string', 'format': 'date'},
                         't': {'type': 'string', 'format': 'date-time'},
                         'u': {'type': 'string', 'format': 'duration'},
                         'ip': {'type': 'string', 'format': 'ipv6'},
                         'e': {'enum': ['x', 'y']}}
                        """);

        assertThat(type)
                .isEqualTo(
                        "{ \"a\"?: Set<Long>, \"b\"?: Bool, \"d\"?: datetime, \"e\"?: String,"
                                + " \"i\"?: Long, \"ip\"?: ipaddr, \"n\"?: decimal,"
                                + " \"o\"?: { \"x\": String }, \"s\"?: String, \"t\"?: datetime,"
                                + " \"u\"?: duration }");
    }

    @Test
    void requiredPropertiesAreAttributesAndNullableOnesAreOptional() {
        var tool =
                Tools.json(
                        """
                        {'type': 'object', 'required': ['a', 'b'], 'properties':
                         {'a': {'type': 'string'}, 'b': {'type': ['string', 'null']},
                          'c': {'type': 'string'}}}
                        """);

        assertThat(InputType.of(tool).cedar())
                .isEqualTo("{ \"a\": String, \"b\"?: String, \"c\"?: String }");
    }

    @Test
    void whatCedarHasNoTypeForIsLeftOut() {
        var type =
                cedarType(
                        """
                        {'union': {'type': ['string', 'integer']}, 'any': {},
                         'either': {'anyOf': [{'type': 'string'}]}, 'list': {'type': 'array'},
                         'tuple': {'type': 'array', 'prefixItems': [{'type': 'string'}]},
                         'mixed': {'enum': ['a', 1]}, 'remote': {'$ref': 'https://example.com/x'},
                         'kept': {'type': 'string'}}
                        """);

        assertThat(type).isEqualTo("{ \"kept\"?: String }");
    }

    @Test
    void localReferencesAreFollowedAndLoopsEnd() {
        var schema =
                Tools.json(
                        """
                        {'type': 'object', 'properties':
                         {'a': {'$ref': '#/$defs/money'}, 'node': {'$ref': '#/$defs/node'}},
                         '$defs': {'money': {'type': 'number'},
                          'node': {'type': 'object', 'properties':
                           {'v': {'type': 'string'}, 'next': {'$ref': '#/$defs/node'}}}}}
                        """);

        assertThat(InputType.of(schema).cedar())
                .isEqualTo("{ \"a\"?: decimal, \"node\"?: { \"v\"?: String } }");
    }

    @Test
    void aSmallSchemaOfAHugeTypeIsRefused() {
        var defs = new StringBuilder();
        for (var i = 0; i < 20; i++) {
            var next = "{'$ref': '#/$defs/d" + (i + 1) + "'}";
            defs.append("'d" + i + "': {'type': 'object', 'properties': {'l': ")
                    .append(next)
                    .append(", 'r': ")
                    .append(next)
                    .append("}},");
        }
        var schema =
                Tools.json(
                        "{'properties': {'x': {'$ref': '#/$defs/d0'}}, '$defs': {"
                                + defs
                                + "'d20': {'type': 'string'}}}");

        assertThatThrownBy(() -> InputType.of(schema))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining("4096");
    }

    @Test
    void oddButLegalNamesAreQuotedAndUsable() {
        var tool =
                Tools.reading(
                        "my-crm.v2___get-customer.by_id",
                        """
                        {'get-customer': {'type': 'string'}, 'a.b': {'type': 'integer'},
                         'if': {'type': 'boolean'}, 'permit': {'type': 'string'},
                         'with space': {'type': 'string'}, 'größe 😀': {'type': 'string'},
                         '': {'type': 'string'}, 'back\\\\slash': {'type': 'string'},
                         'in': {'type': 'string'}, 'Long': {'type': 'string'}, 'line\\n': {'type': 'string'}}
                        """);
        var cedar =
                """
                @id("odd")
                permit (principal, action == Mcp::Action::"my-crm.v2___get-customer.by_id", resource)
                when {
                  context.input has "get-customer" && context.input["get-customer"] == "x" &&
                  context.input has "a.b" && context.input["a.b"] == 1 &&
                  context.input has "if" && context.input["if"] &&
                  context.input has "größe 😀" && context.input["größe 😀"] == "😀"
                };
                """;

        var set = PolicyCompiler.compile(Sources.of(cedar), List.of(tool), 1);
        var decision =
                new PolicyEngine(set, Gateway.PLAIN)
                        .decide(
                                Requests.of(
                                        tool.name(),
                                        "{'get-customer': 'x', 'a.b': 1, 'if': true, 'größe 😀': '😀',"
                                                + " '': 'y', 'line\\n': 'z'}"));

        assertThat(set.schema()).contains("my_crm_v2___get_customer_by_id_");
        assertThat(decision.word()).isEqualTo("permit");
    }

    @Test
    void namesThatBecomeOneIdentifierStayTwoTypes() {
        assertThat(SchemaGenerator.typeName("a.b___c"))
                .isNotEqualTo(SchemaGenerator.typeName("a-b___c"))
                .isNotEqualTo(SchemaGenerator.typeName("a_b___c"));
        assertThat(SchemaGenerator.typeName("a_b___c")).isEqualTo("a_b___cInput");
    }

    @Test
    void theSameToolsInAnyOrderGiveTheSameText() {
        assertThat(generator.generate(Tools.all()))
                .isEqualTo(generator.generate(Tools.all().reversed()));
    }

    @Test
    void twoToolsOfOneNameAreRefused() {
        var tool = Tools.reading("crm___x", "{}");

        assertThatThrownBy(() -> generator.generate(List.of(tool, tool)))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining("two tools are named `crm___x`");
    }

    @Test
    void aPropertyThatCedarsJsonReservesIsRefusedWithItsTool() {
        for (var name : List.of("__entity", "__extn", "__expr")) {
            var tool = Tools.reading("crm___x", "{'" + name + "': {'type': 'string'}}");

            assertThatThrownBy(() -> generator.generate(List.of(tool)))
                    .isInstanceOf(InvalidPolicyException.class)
                    .hasMessageContaining("crm___x")
                    .hasMessageContaining(name);
        }
    }

    @Test
    void aStubThatAsksForAContextNobodyFillsIsRefused() {
        var stub =
                PolicySources.baseline()
                        .stub()
                        .replace(
                                "@mcp_action",
                                "@mcp_context(\"weather\")\n  type W = { rain: Bool };\n  @mcp_action");

        assertThatThrownBy(() -> new SchemaGenerator(stub))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining("weather");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ip: ipaddr            | ip: String             | `session.ip` is ipaddr",
                "now: datetime         | now: Long              | `session.now` is datetime",
                "hour: Long            | hour: String           | `session.hour` is Long",
                "depth: Long           | depth: String          | `chain.depth` is Long",
                "labels: Set<String>   | labels: Set<Long>      | `chain.labels` is Set<String>",
                "labels: Set<String>   | labels: String         | `chain.labels` is Set<String>",
                "amountToday: decimal  | amountToday: Long      | `quota.amountToday` is decimal",
                "client: Client        | client: String         | `session.client` is a record",
                "trust: String }       | trust: Bool }          | `session.client.trust` is String",
                "granted: Bool         | granted: { yes: Bool }  | `approval.granted` is Bool",
                "by?: User             | by?: String            | `approval.by` is User",
                "by?: User             | who?: User             | asks for `approval.who`, which nobody fills",
                "callsToday: Long      | callsEver: Long        | asks for `quota.callsEver`, which nobody fills",
                "department?: String   | department?: Long      | `User.department` is String",
                "tags String;   //     | tags Long;   //        | tags of `User` are String",
                "account: String       | account: String, zone?: String | asks for `Gateway.zone`",
                "entity Environment;   | entity Environment tags String; | `Environment` has tags",
                "entity Environment;   | entity Environment = { n: Long }; | asks for `Environment.n`",
                "entity Environment;   | entity Environment; type ipaddr = Long; | `ipaddr` is a type of Cedar's own",
                "entity Environment;   | entity Environment; type Long = String; | stub.cedarschema: ",
                "entity Environment;   | entity Environment; type Number = String; type Chain2 = { a: Number }; @mcp_principal(\"Bot\") entity Bot; | `Bot` is no principal",
                "ip: ipaddr            | ip: Where              | stub.cedarschema: ",
                "type Session = {      | type Other = { ip: String }; // @mcp_context(\"session\") type Wrong = { | stub.cedarschema: ",
            })
    void aStubOfOtherTypesThanTheEngineFillsIsRefused(String from, String to, String message) {
        var stub = PolicySources.baseline().stub();
        assertThat(stub).contains(from);

        assertThatThrownBy(() -> new SchemaGenerator(stub.replace(from, to)))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aCommentIsNoAnnotation() {
        var stub =
                PolicySources.baseline()
                        .stub()
                        .replace("@mcp_context(\"session\")\n", "// @mcp_context(\"session\")\n");

        assertThatThrownBy(() -> new SchemaGenerator(stub))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining("an @mcp_ annotation stands right before");
    }

    @Test
    void aStubMayNameItsTypesOtherwiseAndPromiseLess() {
        var stub =
                PolicySources.baseline()
                        .stub()
                        .replace("type Client =", "type Word = String; type Client =")
                        .replace("trust: String }", "trust: Mcp::Word }")
                        .replace("ip: ipaddr", "ip: __cedar::ipaddr")
                        .replace("tools: Set<String>, ", "")
                        .replace("account: String", "account?: String");

        assertThat(new SchemaGenerator(stub).generate(Tools.shipped())).contains("Mcp::Word");
    }

    @Test
    void aBrokenStubIsRefused() {
        assertThatThrownBy(() -> new SchemaGenerator("namespace Mcp { entity"))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageStartingWith("stub.cedarschema: ");
        assertThatThrownBy(() -> new SchemaGenerator("namespace Mcp { entity User; }"))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining("@mcp_principal");
        assertThatThrownBy(() -> new SchemaGenerator("namespace Other { entity User; }"))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining("namespace Mcp");
    }

    private static String cedarType(String properties) {
        return InputType.of(Tools.reading("crm___x", properties).inputSchema()).cedar();
    }
}
