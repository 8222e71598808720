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
import java.util.function.BiConsumer;
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

    // made when a policy first looks, and then the same for all remedies
    private @Nullable Session session;
    private @Nullable IpAddress ip;
    private @Nullable RecordValue chain;
    private @Nullable RecordValue quota;
    private @Nullable RecordValue egress;

    private DecisionInput(DecisionRequest request, RecordValue input) {
        this.request = request;
        this.input = input;
        // what may be out of range is looked at whether a policy does or not
        InputType.Moment.millis(request.session().now());
        InputType.Fraction.check(request.quota().amountToday());
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
        return new Context(this, approved, mfa, authAgeSec);
    }

    private static final class Context extends RecordValue.Lazy {
        private final DecisionInput facts;
        private final boolean approved;
        private final boolean mfa;
        private final long authAgeSec;

        Context(DecisionInput facts, boolean approved, boolean mfa, long authAgeSec) {
            super(CONTEXT);
            this.facts = facts;
            this.approved = approved;
            this.mfa = mfa;
            this.authAgeSec = authAgeSec;
        }

        @Override
        protected Value at(int index) {
            return switch (index) {
                case 0 -> facts.input;
                case 1 -> facts.session(mfa, authAgeSec);
                case 2 -> facts.chain();
                case 3 -> approved ? APPROVED : NOT_APPROVED;
                case 4 -> facts.quota();
                case 5 -> facts.egress();
                default -> SYSTEM.of(facts.now());
            };
        }
    }

    private static final class Session extends RecordValue.Lazy {
        private final DecisionInput facts;
        private final boolean mfa;
        private final long authAgeSec;

        Session(DecisionInput facts, boolean mfa, long authAgeSec) {
            super(SESSION);
            this.facts = facts;
            this.mfa = mfa;
            this.authAgeSec = authAgeSec;
        }

        @Override
        protected Value at(int index) {
            var session = facts.request.session();
            return switch (index) {
                case 0 -> new Client(session);
                case 1 -> Value.Bool.of(mfa);
                case 2 -> new Value.Int(authAgeSec);
                case 3 -> facts.ip();
                case 4 -> facts.now();
                case 5 -> Value.Int.of(session.hour());
                default -> Value.Int.of(session.dow());
            };
        }
    }

    private static final class Client extends RecordValue.Lazy {
        private final DecisionRequest.Session facts;

        Client(DecisionRequest.Session facts) {
            super(CLIENT);
            this.facts = facts;
        }

        @Override
        protected Value at(int index) {
            return new Value.Text(index == 0 ? facts.clientId() : facts.clientTrust());
        }
    }

    private static final class Chain extends RecordValue.Lazy {
        private final DecisionRequest.Chain facts;
        private @Nullable Value labels;
        private @Nullable Value tools;

        Chain(DecisionRequest.Chain facts) {
            super(CHAIN);
            this.facts = facts;
        }

        @Override
        protected Value at(int index) {
            return switch (index) {
                case 0 -> new Value.Text(facts.id());
                case 1 -> Value.Int.of(facts.depth());
                case 2 -> labels();
                case 3 -> tools();
                default -> Value.Bool.of(facts.untrusted());
            };
        }

        private Value labels() {
            var made = labels;
            if (made == null) {
                made = InputType.strings(facts.labels());
                labels = made;
            }
            return made;
        }

        private Value tools() {
            var made = tools;
            if (made == null) {
                made = InputType.strings(facts.tools());
                tools = made;
            }
            return made;
        }
    }

    private static final class Quota extends RecordValue.Lazy {
        private final DecisionRequest.Quota facts;

        Quota(DecisionRequest.Quota facts) {
            super(QUOTA);
            this.facts = facts;
        }

        @Override
        protected Value at(int index) {
            return switch (index) {
                case 0 -> Value.Int.of(facts.callsToday());
                case 1 -> Value.Int.of(facts.rowsToday());
                default -> new Decimal(InputType.Fraction.units(facts.amountToday()));
            };
        }
    }

    private static final class Egress extends RecordValue.Lazy {
        private final DecisionRequest.Egress facts;
        private @Nullable Value receivers;
        private @Nullable Value domains;

        Egress(DecisionRequest.Egress facts) {
            super(EGRESS);
            this.facts = facts;
        }

        @Override
        protected Value at(int index) {
            return index == 0 ? receivers() : domains();
        }

        private Value receivers() {
            var made = receivers;
            if (made == null) {
                made = InputType.strings(facts.receivers());
                receivers = made;
            }
            return made;
        }

        private Value domains() {
            var made = domains;
            if (made == null) {
                made = InputType.strings(facts.domains());
                domains = made;
            }
            return made;
        }
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
     * @throws UnrepresentableInputException if they are too deep or use a reserved name
     */
    static void check(JsonNode arguments) {
        new Check().inside(arguments);
    }

    /** Walks without an object for each level, because every call pays for it. */
    private static final class Check implements BiConsumer<String, JsonNode> {
        private int depth = 1;

        @Override
        public void accept(String name, JsonNode value) {
            if (Cedar.isReserved(name)) {
                throw new UnrepresentableInputException("", "is a reserved name").under(name);
            }
            if (value.isContainerNode()) {
                try {
                    below(value);
                } catch (UnrepresentableInputException e) {
                    throw e.under(name);
                }
            }
        }

        private void below(JsonNode value) {
            depth++;
            inside(value);
            depth--;
        }

        private void inside(JsonNode value) {
            if (depth > MAX_DEPTH) {
                throw new UnrepresentableInputException("", "is nested deeper than " + MAX_DEPTH);
            }
            if (value instanceof ObjectNode object) {
                object.forEachEntry(this);
                return;
            }
            for (var i = 0; i < value.size(); i++) {
                var element = value.path(i);
                if (element.isContainerNode()) {
                    try {
                        below(element);
                    } catch (UnrepresentableInputException e) {
                        throw e.under(Integer.toString(i));
                    }
                }
            }
        }
    }

    private static RecordValue approval(boolean granted) {
        return new Shape("granted").of(Value.Bool.of(granted));
    }

    /** That of the last context, where the remedies do not differ in it. */
    private RecordValue session(boolean mfa, long authAgeSec) {
        var made = session;
        if (made == null || made.mfa != mfa || made.authAgeSec != authAgeSec) {
            made = new Session(this, mfa, authAgeSec);
            session = made;
        }
        return made;
    }

    private DateTime now() {
        return new DateTime(InputType.Moment.millis(request.session().now()));
    }

    private IpAddress ip() {
        var made = ip;
        if (made == null) {
            var address = InputType.Address.address(request.session().ip());
            made = address == null ? UNKNOWN_IP : address;
            ip = made;
        }
        return made;
    }

    private RecordValue chain() {
        var made = chain;
        if (made == null) {
            made = new Chain(request.chain());
            chain = made;
        }
        return made;
    }

    private RecordValue quota() {
        var made = quota;
        if (made == null) {
            made = new Quota(request.quota());
            quota = made;
        }
        return made;
    }

    private RecordValue egress() {
        var made = egress;
        if (made == null) {
            made = new Egress(request.egress());
            egress = made;
        }
        return made;
    }

    private static void strings(ObjectNode json, String name, Collection<String> values) {
        var array = json.putArray(name);
        values.stream().sorted().forEach(array::add);
    }
}
