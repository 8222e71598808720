package dev.sluicegate.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.policy.Decision.ApprovalRule;
import dev.sluicegate.policy.DecisionRequest.Caller;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyEngineTest {
    private static final ToolManifest TOOL =
            Tools.reading(
                    "lab___try",
                    """
                    {'n': {'type': 'number'}, 'i': {'type': 'integer'}, 's': {'type': 'string'},
                     'a': {'type': 'array', 'items': {'type': 'string'}},
                     'o': {'type': 'object', 'properties': {'deep': {'type': 'number'}}},
                     't': {'type': 'string', 'format': 'date-time'},
                     'd': {'type': 'string', 'format': 'date'},
                     'u': {'type': 'string', 'format': 'duration'},
                     'ip': {'type': 'string', 'format': 'ipv4'}}
                    """);
    private static final String PERMIT = "@id(\"p\") permit (principal, action, resource)";

    @Test
    void withoutAPermitTheAnswerIsDenyWithoutPolicies() {
        var decision =
                decide(
                        "@id(\"p\") permit (principal in Mcp::Role::\"other\", action, resource);",
                        "{}");

        assertThat(decision).isInstanceOf(Decision.Deny.class);
        assertThat(decision.basis().policies()).isEmpty();
        assertThat(decision.basis().role()).isNull();
    }

    @Test
    void anUnknownToolIsDenied() {
        var decision = engine(PERMIT + ";").decide(Requests.of("lab___other", "{}"));

        assertThat(decision).isInstanceOf(Decision.Deny.class);
        assertThat(decision.basis().inputSha()).startsWith("sha256:");
    }

    @Test
    void aPermitNamesItsPoliciesReasonsRoleAndSet() {
        var set =
                set(
                        """
                        @id("b") @reason("Because b")
                        permit (principal in Mcp::Role::"support", action, resource);
                        @id("a") permit (principal in Mcp::Role::"ghost", action, resource);
                        @id("c") permit (principal, action, resource);
                        """);

        var basis = new PolicyEngine(set, Gateway.PLAIN).decide(request("{}")).basis();

        assertThat(basis.policies()).containsExactly("b", "c");
        assertThat(basis.reasons()).containsExactly("Because b");
        assertThat(basis.role()).isEqualTo("support");
        assertThat(basis.set()).isEqualTo(set.id());
        assertThat(basis.version()).isEqualTo(1);
    }

    @Test
    void aForbidBeatsEveryPermitAndSaysWhy() {
        var decision =
                decide(
                        PERMIT
                                + "; @id(\"f\") @reason(\"No\") forbid (principal, action,"
                                + " resource);",
                        "{}");

        assertThat(decision).isInstanceOf(Decision.Deny.class);
        assertThat(decision.basis().policies()).containsExactly("f");
        assertThat(decision.basis().reasons()).containsExactly("No");
    }

    @Test
    void aForbidThatFailsToEvaluateDeniesWhereCedarWouldSkipIt() {
        var decision =
                decide(
                        PERMIT
                                + "; @id(\"f\") forbid (principal, action, resource)"
                                + " when { context.session.authAgeSec * 9223372036854775807 == 1 };",
                        "{}",
                        false);

        assertThat(decision).isInstanceOf(Decision.Deny.class);
        assertThat(decision.basis().errors()).containsExactly("f");
    }

    @Test
    void aPolicyThatFailsOnlyOnceTheRemedyIsGrantedDeniesToo() {
        var decision =
                decide(
                        """
                        @id("p") permit (principal, action, resource)
                        when { context.session.mfa && context.session.hour * 9223372036854775807 > 0 };
                        """,
                        "{}",
                        false);

        assertThat(decision).isInstanceOf(Decision.Deny.class);
        assertThat(decision.basis().errors()).containsExactly("p");
    }

    @Test
    void factsAboutTheGatewayThatNobodyGaveDeny() {
        var cedar =
                PERMIT
                        + "; @id(\"f\") forbid (principal, action, resource)"
                        + " when { resource.account == \"111111111111\" };";

        assertThat(decide(cedar, "{}", false).basis().errors()).containsExactly("f");
        assertThat(
                        unlinted(cedar, new Gateway("g", "222222222222", "eu-central-1"))
                                .decide(request("{}")))
                .isInstanceOf(Decision.Permit.class);
    }

    @Test
    void whenOnlyStrengthMattersStepUpAsksForNoAge() {
        var decision = decide(PERMIT + " when { context.session.mfa };", "{}");

        assertThat(decision)
                .isInstanceOfSatisfying(
                        Decision.NeedsStepUp.class, d -> assertThat(d.maxAgeSeconds()).isNull());
    }

    @ParameterizedTest
    @CsvSource({
        "context.session.authAgeSec < 900, 899",
        "context.session.authAgeSec <= 900, 900",
        "900 > context.session.authAgeSec, 899",
        "context.session.authAgeSec < 900 && context.session.authAgeSec < 60, 59"
    })
    void whenAgeMattersStepUpAsksForTheGreatestThatWillDo(String condition, long age) {
        var decision = decide(PERMIT + " when { context.session.mfa && " + condition + " };", "{}");

        assertThat(decision)
                .isInstanceOfSatisfying(
                        Decision.NeedsStepUp.class,
                        d -> assertThat(d.maxAgeSeconds()).isEqualTo(age));
    }

    @Test
    void approvalParametersComeFromThePoliciesThatMadeTheDifference() {
        var decision =
                decide(
                        """
                        @id("p") @approver("Mcp::Role::leads") @approval_ttl("2h") @quorum("2")
                        permit (principal, action, resource) when { context.approval.granted };
                        @id("other") @approver("Mcp::Role::others")
                        permit (principal in Mcp::Role::"ops", action, resource)
                        when { context.approval.granted };
                        """,
                        "{}");

        assertThat(decision)
                .isInstanceOfSatisfying(
                        Decision.NeedsApproval.class,
                        d ->
                                assertThat(d.rule())
                                        .isEqualTo(
                                                new ApprovalRule("leads", Duration.ofHours(2), 2)));
    }

    @Test
    void forbidsOfOneRoleAskForTheShortestTimeAndTheLargestQuorum() {
        var decision =
                decide(
                        PERMIT
                                + """
                                ;
                                @id("f1") @approver("Mcp::Role::leads") @approval_ttl("5m") @quorum("1")
                                forbid (principal, action, resource) unless { context.approval.granted };
                                @id("f2") @approver("Mcp::Role::leads") @approval_ttl("1h") @quorum("3")
                                forbid (principal, action, resource) unless { context.approval.granted };
                                """,
                        "{}");

        assertThat(decision.basis().policies()).containsExactly("f1", "f2", "p");
        assertThat(decision)
                .isInstanceOfSatisfying(
                        Decision.NeedsApproval.class,
                        d ->
                                assertThat(d.rule())
                                        .isEqualTo(
                                                new ApprovalRule(
                                                        "leads", Duration.ofMinutes(5), 3)));
    }

    @Test
    void policiesThatAskDifferentRolesAreDeniedUntilTheyAgree() {
        var decision =
                decide(
                        """
                        @id("p") @approver("Mcp::Role::billing-leads")
                        permit (principal, action, resource) when { context.approval.granted };
                        @id("f") @approver("Mcp::Role::support-leads") @reason("Untrusted")
                        forbid (principal, action, resource) unless { context.approval.granted };
                        """,
                        "{}");

        assertThat(decision).isInstanceOf(Decision.Deny.class);
        assertThat(decision.basis().policies()).containsExactly("f", "p");
    }

    @Test
    void ofSeveralPermitsTheOneWhoseApproverAForbidNamesIsEnough() {
        var decision =
                decide(
                        """
                        @id("a") @approver("Mcp::Role::others")
                        permit (principal, action, resource) when { context.approval.granted };
                        @id("b") @approver("Mcp::Role::leads")
                        permit (principal, action, resource) when { context.approval.granted };
                        @id("f") @approver("Mcp::Role::leads")
                        forbid (principal, action, resource) unless { context.approval.granted };
                        """,
                        "{}");

        assertThat(decision)
                .isInstanceOfSatisfying(
                        Decision.NeedsApproval.class,
                        d -> assertThat(d.rule().approver()).isEqualTo("leads"));
    }

    @Test
    void stepUpIsTriedBeforeApproval() {
        var decision =
                decide(
                        """
                        @id("p") @approver("Mcp::Role::leads") permit (principal, action, resource)
                        when { context.approval.granted || context.session.mfa };
                        """,
                        "{}");

        assertThat(decision).isInstanceOf(Decision.NeedsStepUp.class);
    }

    @Test
    void argumentsReachPolicyWithTheirTypes() {
        var decision =
                decide(
                        PERMIT
                                + """
                                 when {
                                  context.input has n && context.input.n.lessThan(decimal("1.5001")) &&
                                  context.input has i && context.input.i == 7 &&
                                  context.input has a && context.input.a.containsAll(["x", "y"]) &&
                                  context.input has o && context.input.o has deep &&
                                  context.input.o.deep.greaterThan(decimal("-0.0002")) &&
                                  context.input has t && context.input.t == datetime("2026-11-23T09:00:00Z") &&
                                  context.input has d && context.input.d == datetime("2026-11-23") &&
                                  context.input has u && context.input.u == duration("1d1h30m") &&
                                  context.input has ip && context.input.ip.isInRange(ip("10.0.0.0/8")) &&
                                  context.session.ip.isLoopback() &&
                                  context.session.now == context.system.now &&
                                  context.system.now == datetime("2026-11-23T10:00:00Z") &&
                                  !(context.input has s)
                                };
                                """,
                        """
                        {'n': 1.5, 'i': 7, 'a': ['y', 'x', 'x'], 'o': {'deep': -0.0001, 'more': 1},
                         't': '2026-11-23T10:00:00+01:00', 'd': '2026-11-23', 'u': 'PT25H30M',
                         'ip': '10.1.2.3', 's': null}
                        """);

        assertThat(decision.word()).isEqualTo("permit");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'n': 1.23456} | /n | has more than 4 decimal places",
                "{'n': 922337203685477.6} | /n | is a number beyond 922337203685477.5807",
                "{'n': -1e300} | /n | is a number beyond 922337203685477.5807",
                "{'n': 'x'} | /n | is not a number",
                "{'i': 1.5} | /i | is not an integer of 64 bits",
                "{'i': 9007199254740993} | /i | is an integer beyond 2^53-1",
                "{'i': true} | /i | is not an integer",
                "{'s': 1} | /s | is not a string",
                "{'a': 'x'} | /a | is not an array",
                "{'a': ['x', 1]} | /a/1 | is not a string",
                "{'a': [null]} | /a/0 | is not a string",
                "{'o': []} | /o | is not an object",
                "{'o': {'deep': 0.00001}} | /o/deep | has more than 4 decimal places",
                "{'t': 'tomorrow'} | /t | is not a date and time with offset",
                "{'t': '2026-11-23T10:00:00.000001Z'} | /t | is finer than a millisecond",
                "{'t': '+10000-01-01T00:00:00Z'} | /t | is outside the years 0 to 9999",
                "{'d': '23.11.2026'} | /d | is not a date",
                "{'u': 'P1M'} | /u | is not a duration of days, hours, minutes and seconds",
                "{'u': 'PT0.0001S'} | /u | is finer than a millisecond",
                "{'u': 'PT9223372036854775807S'} | /u | is not a duration of days, hours, minutes and seconds",
                "{'ip': '10.0.0.256'} | /ip | is not an IP address",
                "{'ip': '010.0.0.1'} | /ip | is not an IP address",
                "{'ip': 'fe80::1%eth0'} | /ip | is not an IP address",
                "{'ip': 'localhost'} | /ip | is not an IP address",
                "{'x': {'__entity': {}}} | /x/__entity | is a reserved name",
                "{'x': [{'__extn': 1}]} | /x/0/__extn | is a reserved name",
                "{'__expr': 1} | /__expr | is a reserved name",
                "{'a/b~': {'__expr': 1}} | /a~1b~0/__expr | is a reserved name",
            })
    void whatPolicyCannotSeeExactlyIsRefusedByItsPointer(
            String input, String pointer, String rule) {
        assertThatThrownBy(() -> decide(PERMIT + ";", input))
                .isInstanceOfSatisfying(
                        UnrepresentableInputException.class,
                        e -> {
                            assertThat(e.pointer()).isEqualTo(pointer);
                            assertThat(e.rule()).isEqualTo(rule);
                        });
    }

    @Test
    void theEdgesOfADecimalAreSeen() {
        var edge = PERMIT + " when { context.input has n && context.input.n == decimal(\"%s\") };";

        for (var text : List.of("922337203685477.5807", "-922337203685477.5808", "0.0001")) {
            var input = JsonNodeFactory.instance.objectNode();
            input.put("n", new BigDecimal(text));
            assertThat(decimalAlone(edge.formatted(text), input)).isEqualTo("permit");
        }
    }

    @Test
    void aHugeExponentIsRefusedWithoutBeingWrittenOut() {
        var input = JsonNodeFactory.instance.objectNode();
        input.put("n", new BigDecimal("1e-999999999"));

        assertThatThrownBy(() -> InputType.of(TOOL.inputSchema()).value(input))
                .isInstanceOf(UnrepresentableInputException.class);
    }

    @Test
    void argumentsOneLevelTooDeepNeverReachTheEngine() {
        assertThat(engine(PERMIT + ";").decide(request(nested(63))).word()).isEqualTo("permit");

        for (var depth : List.of(64, 500, 100_000)) {
            assertThatThrownBy(() -> engine(PERMIT + ";").decide(request(nested(depth))))
                    .isInstanceOf(UnrepresentableInputException.class)
                    .hasMessageContaining("is nested deeper than 64");
        }
    }

    @Test
    void argumentsOneByteTooLargeAreRefused() {
        var fits = JsonNodeFactory.instance.objectNode();
        fits.put("s", "x".repeat(DecisionInput.MAX_BYTES - "{\"s\":\"\"}".length()));
        var over = fits.deepCopy();
        over.put("s", fits.path("s").asText() + "x");

        assertThat(engine(PERMIT + ";").decide(request(fits)).word()).isEqualTo("permit");
        assertThatThrownBy(() -> engine(PERMIT + ";").decide(request(over)))
                .isInstanceOf(UnrepresentableInputException.class)
                .hasMessageContaining("at most 262144");
    }

    @Test
    void aSetOneElementTooLargeIsRefused() {
        var input = JsonNodeFactory.instance.objectNode();
        var array = input.putArray("a");
        for (var i = 0; i < InputType.SetOf.MAX_SIZE; i++) {
            array.add("x");
        }
        assertThat(engine(PERMIT + ";").decide(request(input)).word()).isEqualTo("permit");

        array.add("x");

        assertThatThrownBy(() -> engine(PERMIT + ";").decide(request(input)))
                .isInstanceOf(UnrepresentableInputException.class)
                .hasMessageContaining("more than 4096");
    }

    @ParameterizedTest
    @ValueSource(strings = {"😀", "a\u0000b", "\u202e", "\u2028", "\\\\ \\\"", "𝕊𝕪"})
    void textOfAnyKindIsSeenAsItIs(String text) {
        var input = JsonNodeFactory.instance.objectNode().put("s", text);
        var cedar =
                PERMIT
                        + " when { context.input has s && context.input.s == "
                        + Cedar.quoted(text)
                        + " };";

        assertThat(engine(cedar).decide(request(input)).word()).isEqualTo("permit");
    }

    @Test
    void anUnreadableSourceAddressCountsAsUnknown() {
        var json = Tools.json("{'tool': 'lab___try', 'input': {}, 'session': {'ip': 'x'}}");

        assertThat(
                        engine(PERMIT + " when { context.session.ip == ip(\"0.0.0.0\") };")
                                .decide(Requests.of(json))
                                .word())
                .isEqualTo("permit");
    }

    @Test
    void theHashOfTheInputIsStableAndCoversEveryFact() {
        var engine = engine(PERMIT + ";");
        var base = engine.decide(request("{'i': 1, 's': 'x'}")).basis().inputSha();

        assertThat(engine.decide(request("{'s': 'x', 'i': 1}")).basis().inputSha()).isEqualTo(base);
        assertThat(engine.decide(request("{'s': 'x', 'i': 2}")).basis().inputSha())
                .isNotEqualTo(base);
        for (var fact :
                List.of(
                        "'env': 'prod'",
                        "'roles': []",
                        "'principal': 'ben'",
                        "'session': {'mfa': true}",
                        "'chain': {'labels': ['pii']}",
                        "'quota': {'callsToday': 1}",
                        "'egress': {'domains': ['x']}",
                        "'approved': true")) {
            var other =
                    Tools.json("{'tool': 'lab___try', 'input': {'s': 'x', 'i': 1}, " + fact + "}");
            assertThat(engine.decide(Requests.of(other)).basis().inputSha()).isNotEqualTo(base);
        }
    }

    @Test
    void aWorkloadIsNotAUser() {
        var users = "@id(\"p\") permit (principal is Mcp::User, action, resource);";
        var workload = Tools.json("{'tool': 'lab___try', 'input': {}, 'human': false}");

        assertThat(engine(users).decide(request("{}")).word()).isEqualTo("permit");
        assertThat(engine(users).decide(Requests.of(workload)).word()).isEqualTo("deny");
    }

    @Test
    void aListingShowsWhatSomeArgumentsAndRemediesCouldPermit() {
        var engine =
                new PolicyEngine(
                        PolicyCompiler.compile(Sources.all(), Tools.all(), 1), Gateway.PLAIN);
        var nobody = new Caller("mallory", true, Set.of(), Map.of(), "dev");
        var ops = new Caller("olga", true, Set.of("ops"), Map.of(), "prod");

        assertThat(engine.mayPermit(Requests.ada(), "billing___refund")).isTrue();
        assertThat(engine.mayPermit(Requests.ada(), "ops___run_runbook")).isFalse();
        assertThat(engine.mayPermit(Requests.ada(), "crm___export_customers")).isFalse();
        assertThat(engine.mayPermit(ops, "ops___run_runbook")).isTrue();
        for (var tool : Tools.all()) {
            assertThat(engine.mayPermit(nobody, tool.name())).isFalse();
        }
        assertThat(engine.mayPermit(Requests.ada(), "no___such")).isFalse();
    }

    @Test
    void aListingKnowsWhatThereIsForEveryCall() {
        for (var never :
                List.of(
                        "context.session.dow == 8",
                        "context.session.hour > 23",
                        "context.session.client.trust == \"nonsense\"",
                        "context.chain.labels.contains(\"nonsense\")",
                        "context.chain.depth < 0",
                        "context.quota.callsToday < 0",
                        "context.quota.rowsToday < 0")) {
            var permit = "@id(\"p\") permit (principal, action, resource) when { " + never + " };";
            assertThat(engine(permit).mayPermit(Requests.ada(), TOOL.name())).as(never).isFalse();
        }
        for (var sometimes :
                List.of(
                        "context.session.dow == 7 && context.session.hour == 0",
                        "context.session.client.trust == \"managed\"",
                        "context.chain.labels.contains(\"pii\")",
                        "context.quota.callsToday > 1000000")) {
            var permit =
                    "@id(\"p\") permit (principal, action, resource) when { " + sometimes + " };";
            assertThat(engine(permit).mayPermit(Requests.ada(), TOOL.name()))
                    .as(sometimes)
                    .isTrue();
        }
    }

    @Test
    void aListingHidesWhatIsForbiddenUnconditionally() {
        var engine =
                engine(
                        PERMIT
                                + "; @id(\"f\") forbid (principal, action, resource in"
                                + " Mcp::Environment::\"prod\");");

        assertThat(engine.mayPermit(Requests.ada(), TOOL.name())).isTrue();
        assertThat(
                        engine.mayPermit(
                                new Caller("ada", true, Set.of(), Map.of(), "prod"), TOOL.name()))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "principal == Mcp::User::\"ada\" | true",
                "principal == Mcp::User::\"ben\" | false",
                "principal is Mcp::User | true",
                "principal is Mcp::Workload | false",
                "principal is Mcp::User in Mcp::Role::\"support\" | true",
                "principal is Mcp::User in Mcp::Role::\"ops\" | false",
                "principal in Mcp::User::\"ada\" | true",
            })
    void aListingReadsEveryKindOfPrincipalScope(String scope, boolean listed) {
        var engine = engine("@id(\"p\") permit (" + scope + ", action, resource);");

        assertThat(engine.mayPermit(Requests.ada(), TOOL.name())).isEqualTo(listed);
        assertThat(engine.decide(request("{}")).word()).isEqualTo(listed ? "permit" : "deny");
    }

    @Test
    void eightThreadsGetTheSameAnswersAsOne() throws Exception {
        var engine =
                new PolicyEngine(
                        PolicyCompiler.compile(Sources.all(), Tools.all(), 1), Gateway.PLAIN);
        var amounts = List.of("50", "900", "90000", "-5");
        var words = List.of("permit", "needs_approval", "deny", "deny");
        Callable<List<String>> work =
                () -> {
                    var answers = new ArrayList<String>();
                    for (var i = 0; i < 100; i++) {
                        answers.add(
                                engine.decide(
                                                Requests.of(
                                                        "billing___refund",
                                                        "{'invoice_id': 'INV-1', 'currency': 'EUR',"
                                                                + " 'amount': "
                                                                + amounts.get(i % 4)
                                                                + "}"))
                                        .word());
                    }
                    return answers;
                };

        try (var threads = Executors.newFixedThreadPool(8)) {
            for (var answers : threads.invokeAll(java.util.Collections.nCopies(8, work))) {
                for (var i = 0; i < 100; i++) {
                    assertThat(answers.get().get(i)).isEqualTo(words.get(i % 4));
                }
            }
        }
    }

    @Test
    void aSliceThatCannotBeLoadedIsAskedForAgain() {
        var set = set(PERMIT + ";");
        var failures = new ArrayList<>(List.of("once"));
        var engine =
                new PolicyEngine(
                        set.id(),
                        1,
                        tool -> {
                            if (!failures.isEmpty()) {
                                throw new IllegalStateException(failures.removeFirst());
                            }
                            return java.util.Optional.ofNullable(set.slices().get(tool));
                        },
                        Gateway.PLAIN);

        assertThatThrownBy(() -> engine.decide(request("{}"))).hasMessage("once");
        assertThat(engine.decide(request("{}")).word()).isEqualTo("permit");
    }

    @Test
    void aStoredPolicyThatTheEngineCannotReadIsAFailureNotADeny() {
        var slice =
                new Slice(
                        TOOL.name(),
                        new java.util.TreeSet<>(),
                        TOOL.inputSchema(),
                        List.of(new Rule("x", Tools.json("{'effect': 'allow'}"))));

        assertThatThrownBy(() -> new CompiledSlice(slice, Gateway.PLAIN))
                .isInstanceOf(PolicyEngineException.class);
    }

    private static String decimalAlone(String cedar, ObjectNode input) {
        // beyond what canonical JSON lets through, so without the hash
        return engine(cedar).decide(request(input), false).word();
    }

    private static ObjectNode nested(int levels) {
        var root = JsonNodeFactory.instance.objectNode();
        var inner = root;
        for (var i = 0; i < levels; i++) {
            inner = inner.putObject("x");
        }
        return root;
    }

    private static Decision decide(String cedar, String input) {
        return decide(cedar, input, true);
    }

    /** @param linted false for policies that the lint would refuse, to see what the engine makes of them */
    private static Decision decide(String cedar, String input, boolean linted) {
        if (linted) {
            return engine(cedar).decide(request(input));
        }
        return unlinted(cedar, Gateway.PLAIN).decide(request(input));
    }

    private static PolicyEngine unlinted(String cedar, Gateway gateway) {
        var rules =
                CedarParser.statements("test.cedar", cedar).stream()
                        .map(CedarParser::parse)
                        .map(p -> new Rule(String.valueOf(p.annotations().get("id")), p.json()))
                        .toList();
        var slice = new Slice(TOOL.name(), ActionGroups.of(TOOL), TOOL.inputSchema(), rules);
        return new PolicyEngine("sha256:00", 1, tool -> java.util.Optional.of(slice), gateway);
    }

    private static PolicyEngine engine(String cedar) {
        return new PolicyEngine(set(cedar), Gateway.PLAIN);
    }

    private static PolicySet set(String cedar) {
        return PolicyCompiler.compile(Sources.of(cedar), List.of(TOOL), 1);
    }

    private static DecisionRequest request(String input) {
        return request(Tools.json(input));
    }

    private static DecisionRequest request(ObjectNode input) {
        var json = JsonNodeFactory.instance.objectNode().put("tool", TOOL.name());
        json.set("input", input);
        return Requests.of(json);
    }
}
