package dev.sluicegate.policy;

import com.cedarpolicy.value.CedarMap;
import com.cedarpolicy.value.IpAddress;
import com.cedarpolicy.value.PrimBool;
import com.cedarpolicy.value.PrimLong;
import com.cedarpolicy.value.PrimString;
import com.cedarpolicy.value.Value;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.NotCanonicalException;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** A {@link DecisionRequest} as it is hashed and as Cedar sees it. */
final class DecisionInput {
    static final int MAX_DEPTH = 64;
    static final int MAX_BYTES = 256 * 1024;

    private static final IpAddress UNKNOWN_IP = new IpAddress("0.0.0.0");

    private final String sha;
    private final Map<String, Value> shared;
    private final DecisionRequest.Session session;

    private DecisionInput(String sha, Map<String, Value> shared, DecisionRequest.Session session) {
        this.sha = sha;
        this.shared = shared;
        this.session = session;
    }

    /**
     * @throws UnrepresentableInputException if the arguments are too deep or too large, or hold a value
     *     that policy could not look at exactly
     */
    static DecisionInput of(DecisionRequest request, InputType.Fields type) {
        check(request.input(), "", 1);
        var sha = sha(request);
        var context = new HashMap<String, Value>();
        context.put("input", type.value(request.input(), ""));
        context.put("chain", chain(request.chain()));
        context.put("quota", quota(request.quota()));
        context.put("egress", egress(request.egress()));
        context.put("system", map(Map.of("now", now(request.session()))));
        return new DecisionInput(sha, context, request.session());
    }

    /** {@code sha256:<hex>} of the canonical decision input. */
    String sha() {
        return sha;
    }

    /** The context with these remedies granted, whatever the facts. */
    Map<String, Value> context(boolean approved, boolean mfa, long authAgeSec) {
        var context = new HashMap<>(shared);
        context.put("approval", map(Map.of("granted", new PrimBool(approved))));
        context.put("session", session(session, mfa, authAgeSec));
        return context;
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

    private static String sha(DecisionRequest request) {
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

    /** Before anything recursive or native sees the arguments: the engine panics on deep values. */
    private static void check(JsonNode value, String at, int depth) {
        if (!value.isContainerNode()) {
            return;
        }
        if (depth > MAX_DEPTH) {
            throw new UnrepresentableInputException(at, "is nested deeper than " + MAX_DEPTH);
        }
        if (value.isObject()) {
            for (var field : value.properties()) {
                var path = at + "/" + InputType.escaped(field.getKey());
                if (Cedar.RESERVED_KEYS.contains(field.getKey())) {
                    throw new UnrepresentableInputException(path, "is a reserved name");
                }
                check(field.getValue(), path, depth + 1);
            }
        } else {
            for (var i = 0; i < value.size(); i++) {
                check(value.get(i), at + "/" + i, depth + 1);
            }
        }
    }

    private static CedarMap session(DecisionRequest.Session session, boolean mfa, long authAgeSec) {
        var ip = InputType.Address.address(session.ip());
        return map(
                Map.of(
                        "client",
                        map(
                                Map.of(
                                        "id", new PrimString(session.clientId()),
                                        "trust", new PrimString(session.clientTrust()))),
                        "mfa",
                        new PrimBool(mfa),
                        "authAgeSec",
                        new PrimLong(authAgeSec),
                        "ip",
                        ip == null ? UNKNOWN_IP : ip,
                        "now",
                        now(session),
                        "hour",
                        new PrimLong(session.hour()),
                        "dow",
                        new PrimLong(session.dow())));
    }

    private static CedarMap chain(DecisionRequest.Chain chain) {
        return map(
                Map.of(
                        "id", new PrimString(chain.id()),
                        "depth", new PrimLong(chain.depth()),
                        "labels", InputType.strings(chain.labels()),
                        "tools", InputType.strings(chain.tools()),
                        "untrusted", new PrimBool(chain.untrusted())));
    }

    private static CedarMap quota(DecisionRequest.Quota quota) {
        return map(
                Map.of(
                        "callsToday", new PrimLong(quota.callsToday()),
                        "rowsToday", new PrimLong(quota.rowsToday()),
                        "amountToday", InputType.Fraction.decimal(quota.amountToday(), "")));
    }

    private static CedarMap egress(DecisionRequest.Egress egress) {
        return map(
                Map.of(
                        "receivers", InputType.strings(egress.receivers()),
                        "domains", InputType.strings(egress.domains())));
    }

    private static Value now(DecisionRequest.Session session) {
        return InputType.Moment.dateTime(session.now().truncatedTo(ChronoUnit.MILLIS), "");
    }

    private static CedarMap map(Map<String, Value> values) {
        return new CedarMap(values);
    }

    private static void strings(ObjectNode json, String name, Collection<String> values) {
        var array = json.putArray(name);
        values.stream().sorted().forEach(array::add);
    }
}
