package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.policy.cedar.DateTime;
import dev.sluicegate.policy.cedar.Decimal;
import dev.sluicegate.policy.cedar.Domain;
import dev.sluicegate.policy.cedar.IpAddress;
import dev.sluicegate.policy.cedar.RecordValue;
import dev.sluicegate.policy.cedar.RecordValue.Shape;
import dev.sluicegate.policy.cedar.Value;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.NotCanonicalException;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A {@link DecisionRequest} as it is hashed and as Cedar sees it. */
final class DecisionInput {
    static final int MAX_DEPTH = 64;
    static final int MAX_BYTES = 256 * 1024;

    private static final RecordValue APPROVED = approval(true);
    private static final RecordValue NOT_APPROVED = approval(false);
    private static final IpAddress UNKNOWN_IP = IpAddress.parse("0.0.0.0");

    private static final Shape CONTEXT =
            new Shape("input", "session", "chain", "approval", "quota", "egress", "system");
    private static final Shape SESSION =
            new Shape("client", "mfa", "authAgeSec", "ip", "now", "hour", "dow");
    private static final Shape CLIENT = new Shape("id", "trust");
    private static final Shape CHAIN = new Shape("id", "depth", "labels", "tools", "untrusted");
    private static final Shape QUOTA = new Shape("callsToday", "rowsToday", "amountToday");
    private static final Shape EGRESS = new Shape("receivers", "domains");
    private static final Shape SYSTEM = new Shape("now");

    private final DecisionRequest request;
    private final RecordValue input;
    private final DateTime now;
    private final Decimal amountToday;

    // made when a policy first looks, and then the same for all remedies
    private @Nullable RecordValue chain;
    private @Nullable RecordValue quota;
    private @Nullable RecordValue egress;

    private DecisionInput(DecisionRequest request, RecordValue input) {
        this.request = request;
        this.input = input;
        // what may be out of range is looked at whether a policy does or not
        now = InputType.Moment.dateTime(request.session().now().truncatedTo(ChronoUnit.MILLIS));
        amountToday = InputType.Fraction.decimal(request.quota().amountToday());
    }

    /**
     * @param request whose arguments were {@linkplain #check checked}
     * @throws UnrepresentableInputException if the arguments hold a value that policy could not look at
     *     exactly
     */
    static DecisionInput of(DecisionRequest request, InputType.Fields type) {
        return new DecisionInput(request, type.value(request.input()));
    }

    /** {@code context} with these remedies granted, whatever the facts. */
    RecordValue context(boolean approved, boolean mfa, long authAgeSec) {
        return CONTEXT.lazily(part ->
                switch (part) {
                    case 0 -> input;
                    case 1 -> session(mfa, authAgeSec);
                    case 2 -> chain();
                    case 3 -> approved ? APPROVED : NOT_APPROVED;
                    case 4 -> quota();
                    case 5 -> egress();
                    default -> SYSTEM.of(now);
                });
    }

    /** Every {@code context} there could be for arguments of this type: the one of {@link #context}. */
    static Domain.Fields domain(InputType.Fields input) {
        var words = new Domain.Words(Set.of());
        var truth = new Domain.Truth();
        var count = Domain.Quantity.INTEGER.between(0, Long.MAX_VALUE);
        return fields(
                Map.of(
                        "input",
                        input.domain(),
                        "session",
                        fields(
                                Map.of(
                                        "client",
                                        fields(
                                                Map.of(
                                                        "id",
                                                        words,
                                                        "trust",
                                                        new Domain.Words(Vocabulary.TRUST))),
                                        "mfa",
                                        truth,
                                        "authAgeSec",
                                        count,
                                        "ip",
                                        new Domain.Address(),
                                        "now",
                                        Domain.Quantity.DATETIME,
                                        "hour",
                                        Domain.Quantity.INTEGER.between(0, 23),
                                        "dow",
                                        Domain.Quantity.INTEGER.between(1, 7))),
                        "chain",
                        fields(
                                Map.of(
                                        "id",
                                        words,
                                        "depth",
                                        count,
                                        "labels",
                                        new Domain.Many(new Domain.Words(Vocabulary.LABELS)),
                                        "tools",
                                        new Domain.Many(words),
                                        "untrusted",
                                        truth)),
                        "approval",
                        fields(Map.of("granted", truth)),
                        "quota",
                        fields(
                                Map.of(
                                        "callsToday",
                                        count,
                                        "rowsToday",
                                        count,
                                        "amountToday",
                                        Domain.Quantity.DECIMAL)),
                        "egress",
                        fields(
                                Map.of(
                                        "receivers",
                                        new Domain.Many(words),
                                        "domains",
                                        new Domain.Many(words))),
                        "system",
                        fields(Map.of("now", Domain.Quantity.DATETIME))));
    }

    private static Domain.Fields fields(Map<String, Domain> domains) {
        var fields = new HashMap<String, Domain.Field>();
        domains.forEach((name, domain) -> fields.put(name, new Domain.Field(domain, true)));
        return new Domain.Fields(fields);
    }

    /** Everything the decision is made from. Equal input, equal bytes; enough to decide again. */
    static ObjectNode json(DecisionRequest request) {
        var json = JsonNodeFactory.instance.objectNode();
        var caller = json.putObject("caller");
        caller.put("principal", request.caller().principalId());
        caller.put("human", request.caller().human());
        strings(caller, "roles", request.caller().roles());
        request.caller().tags().forEach(caller.putObject("tags")::put);
        caller.put("env", request.caller().env());
        json.put("tool", request.tool());
        json.set("input", request.input());
        var session = json.putObject("session");
        session.put("client", request.session().clientId());
        session.put("trust", request.session().clientTrust());
        session.put("mfa", request.session().mfa());
        // unknown is Long.MAX_VALUE, which canonical JSON cannot hold
        session.put(
                "authAgeSec",
                Math.min(request.session().authAgeSec(), CanonicalJson.MAX_SAFE_INTEGER));
        session.put("ip", request.session().ip());
        session.put("now", request.session().now().truncatedTo(ChronoUnit.MILLIS).toString());
        session.put("hour", request.session().hour());
        session.put("dow", request.session().dow());
        var chain = json.putObject("chain");
        chain.put("id", request.chain().id());
        chain.put("depth", request.chain().depth());
        strings(chain, "labels", request.chain().labels());
        strings(chain, "tools", request.chain().tools());
        chain.put("untrusted", request.chain().untrusted());
        var quota = json.putObject("quota");
        quota.put("callsToday", request.quota().callsToday());
        quota.put("rowsToday", request.quota().rowsToday());
        quota.put("amountToday", request.quota().amountToday().stripTrailingZeros().toString());
        var egress = json.putObject("egress");
        strings(egress, "receivers", request.egress().receivers());
        strings(egress, "domains", request.egress().domains());
        json.put("approved", request.approved());
        return json;
    }

    /**
     * {@code sha256:<hex>} of the canonical decision input.
     *
     * @throws UnrepresentableInputException if the arguments are too large or have no canonical form
     */
    static String sha(DecisionRequest request) {
        try {
            var arguments = CanonicalJson.bytes(request.input());
            if (arguments.length > MAX_BYTES) {
                throw new UnrepresentableInputException(
                        "", "has " + arguments.length + " bytes, at most " + MAX_BYTES);
            }
        } catch (NotCanonicalException e) {
            throw new UnrepresentableInputException(e.pointer(), e.rule());
        }
        return CanonicalJson.sha256(json(request));
    }

    /**
     * Before anything that recurses sees the arguments.
     *
     * @param depth 1 for all of them
     * @throws UnrepresentableInputException if they are too deep or use a reserved name
     */
    static void check(JsonNode value, int depth) {
        if (depth > MAX_DEPTH && value.isContainerNode()) {
            throw new UnrepresentableInputException("", "is nested deeper than " + MAX_DEPTH);
        }
        if (value.isObject()) {
            for (var field : value.properties()) {
                if (Cedar.RESERVED_KEYS.contains(field.getKey())) {
                    throw new UnrepresentableInputException("", "is a reserved name")
                            .under(field.getKey());
                }
                if (field.getValue().isContainerNode()) {
                    check(field.getValue(), depth, field.getKey());
                }
            }
        } else if (value.isArray()) {
            for (var i = 0; i < value.size(); i++) {
                if (value.path(i).isContainerNode()) {
                    check(value.path(i), depth, Integer.toString(i));
                }
            }
        }
    }

    private static void check(JsonNode value, int depth, String segment) {
        try {
            check(value, depth + 1);
        } catch (UnrepresentableInputException e) {
            throw e.under(segment);
        }
    }

    private RecordValue session(boolean mfa, long authAgeSec) {
        var session = request.session();
        return SESSION.lazily(part ->
                switch (part) {
                    case 0 ->
                            CLIENT.of(
                                    new Value.Text(session.clientId()),
                                    new Value.Text(session.clientTrust()));
                    case 1 -> Value.Bool.of(mfa);
                    case 2 -> new Value.Int(authAgeSec);
                    case 3 -> {
                        var address = InputType.Address.address(session.ip());
                        yield address == null ? UNKNOWN_IP : address;
                    }
                    case 4 -> now;
                    case 5 -> new Value.Int(session.hour());
                    default -> new Value.Int(session.dow());
                });
    }

    private static RecordValue approval(boolean granted) {
        return new Shape("granted").of(Value.Bool.of(granted));
    }

    private RecordValue chain() {
        if (chain == null) {
            var facts = request.chain();
            chain =
                    CHAIN.lazily(part ->
                            switch (part) {
                                case 0 -> new Value.Text(facts.id());
                                case 1 -> new Value.Int(facts.depth());
                                case 2 -> InputType.strings(facts.labels());
                                case 3 -> InputType.strings(facts.tools());
                                default -> Value.Bool.of(facts.untrusted());
                            });
        }
        return chain;
    }

    private RecordValue quota() {
        if (quota == null) {
            quota =
                    QUOTA.of(
                            new Value.Int(request.quota().callsToday()),
                            new Value.Int(request.quota().rowsToday()),
                            amountToday);
        }
        return quota;
    }

    private RecordValue egress() {
        if (egress == null) {
            var facts = request.egress();
            egress =
                    EGRESS.lazily(part ->
                            InputType.strings(part == 0 ? facts.receivers() : facts.domains()));
        }
        return egress;
    }

    private static void strings(ObjectNode json, String name, Collection<String> values) {
        var array = json.putArray(name);
        values.stream().sorted().forEach(array::add);
    }
}
