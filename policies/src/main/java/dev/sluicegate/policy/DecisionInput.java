package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.policy.cedar.DateTime;
import dev.sluicegate.policy.cedar.Domain;
import dev.sluicegate.policy.cedar.IpAddress;
import dev.sluicegate.policy.cedar.RecordValue;
import dev.sluicegate.policy.cedar.Value;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.NotCanonicalException;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** A {@link DecisionRequest} as it is hashed and as Cedar sees it. */
final class DecisionInput {
    static final int MAX_DEPTH = 64;
    static final int MAX_BYTES = 256 * 1024;

    private static final RecordValue APPROVED = approval(true);
    private static final RecordValue NOT_APPROVED = approval(false);
    private static final IpAddress UNKNOWN_IP = IpAddress.parse("0.0.0.0");

    private final RecordValue input;
    private final RecordValue chain;
    private final RecordValue quota;
    private final RecordValue egress;
    private final RecordValue system;
    private final RecordValue client;
    private final IpAddress ip;
    private final DateTime now;
    private final DecisionRequest.Session session;

    private DecisionInput(DecisionRequest request, RecordValue input) {
        this.input = input;
        session = request.session();
        chain = chain(request.chain());
        quota = quota(request.quota());
        egress = egress(request.egress());
        client =
                new RecordValue.Builder(2)
                        .put("id", new Value.Text(session.clientId()))
                        .put("trust", new Value.Text(session.clientTrust()))
                        .build();
        var address = InputType.Address.address(session.ip());
        ip = address == null ? UNKNOWN_IP : address;
        now = InputType.Moment.dateTime(session.now().truncatedTo(ChronoUnit.MILLIS));
        system = new RecordValue.Builder(1).put("now", now).build();
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
        return new RecordValue.Builder(7)
                .put("input", input)
                .put("session", session(mfa, authAgeSec))
                .put("chain", chain)
                .put("approval", approved ? APPROVED : NOT_APPROVED)
                .put("quota", quota)
                .put("egress", egress)
                .put("system", system)
                .build();
    }

    /** Every {@code context} there could be for arguments of this type: the one of {@link #context}. */
    static Domain.Fields domain(InputType.Fields input) {
        var words = new Domain.Words(Set.of());
        var truth = new Domain.Truth();
        return fields(
                Map.of(
                        "input",
                        input.domain(),
                        "session",
                        fields(
                                Map.of(
                                        "client",
                                        fields(Map.of("id", words, "trust", words)),
                                        "mfa",
                                        truth,
                                        "authAgeSec",
                                        Domain.Quantity.INTEGER,
                                        "ip",
                                        new Domain.Address(),
                                        "now",
                                        Domain.Quantity.DATETIME,
                                        "hour",
                                        Domain.Quantity.INTEGER,
                                        "dow",
                                        Domain.Quantity.INTEGER)),
                        "chain",
                        fields(
                                Map.of(
                                        "id",
                                        words,
                                        "depth",
                                        Domain.Quantity.INTEGER,
                                        "labels",
                                        new Domain.Many(words),
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
                                        Domain.Quantity.INTEGER,
                                        "rowsToday",
                                        Domain.Quantity.INTEGER,
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
        return new RecordValue.Builder(7)
                .put("client", client)
                .put("mfa", Value.Bool.of(mfa))
                .put("authAgeSec", new Value.Int(authAgeSec))
                .put("ip", ip)
                .put("now", now)
                .put("hour", new Value.Int(session.hour()))
                .put("dow", new Value.Int(session.dow()))
                .build();
    }

    private static RecordValue approval(boolean granted) {
        return new RecordValue.Builder(1).put("granted", Value.Bool.of(granted)).build();
    }

    private static RecordValue chain(DecisionRequest.Chain chain) {
        return new RecordValue.Builder(5)
                .put("id", new Value.Text(chain.id()))
                .put("depth", new Value.Int(chain.depth()))
                .put("labels", InputType.strings(chain.labels()))
                .put("tools", InputType.strings(chain.tools()))
                .put("untrusted", Value.Bool.of(chain.untrusted()))
                .build();
    }

    private static RecordValue quota(DecisionRequest.Quota quota) {
        return new RecordValue.Builder(3)
                .put("callsToday", new Value.Int(quota.callsToday()))
                .put("rowsToday", new Value.Int(quota.rowsToday()))
                .put("amountToday", InputType.Fraction.decimal(quota.amountToday()))
                .build();
    }

    private static RecordValue egress(DecisionRequest.Egress egress) {
        return new RecordValue.Builder(2)
                .put("receivers", InputType.strings(egress.receivers()))
                .put("domains", InputType.strings(egress.domains()))
                .build();
    }

    private static void strings(ObjectNode json, String name, Collection<String> values) {
        var array = json.putArray(name);
        values.stream().sorted().forEach(array::add);
    }
}
