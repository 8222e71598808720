package dev.sluicegate.policy;

import com.cedarpolicy.BasicAuthorizationEngine;
import com.cedarpolicy.model.AuthorizationRequest;
import com.cedarpolicy.model.exception.AuthException;
import com.cedarpolicy.model.exception.CacheException;
import com.cedarpolicy.model.exception.InternalException;
import com.cedarpolicy.value.CedarList;
import com.cedarpolicy.value.CedarMap;
import com.cedarpolicy.value.Decimal;
import com.cedarpolicy.value.EntityTypeName;
import com.cedarpolicy.value.EntityUID;
import com.cedarpolicy.value.PrimBool;
import com.cedarpolicy.value.PrimLong;
import com.cedarpolicy.value.PrimString;
import com.cedarpolicy.value.Value;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.io.IOException;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One decision, again and again over 256 requests; nothing is remembered from one to the next. */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@NullUnmarked // JMH fills the fields
public class PolicyBenchmark {
    /** Our engine, as the router uses it. */
    @State(Scope.Thread)
    public static class Ours {
        @Param({"10", "100", "1000", "10000"})
        private int policies;

        private PolicyEngine engine;
        private List<BenchWorld.Asked> requests;
        private List<DecisionRequest> read;
        private DecisionRequest.Caller caller;
        private int next;

        @Setup
        public void prepare() {
            var world = new BenchWorld(policies);
            engine = world.engine();
            requests = world.requests();
            read = requests.stream().map(BenchWorld.Asked::read).toList();
            caller = requests.getFirst().caller();
            for (var i = 0; i < world.tools(); i++) {
                engine.mayPermit(caller, BenchWorld.tool(i)); // loads the slice
            }
            BenchWorld.settle(this::decide);
        }

        private Decision decide() {
            return engine.decide(requests.get(next()).read(), false);
        }

        private int next() {
            next = next + 1 & BenchWorld.REQUESTS - 1;
            return next;
        }
    }

    @Benchmark
    public Decision fromBytes(Ours ours) {
        return ours.decide();
    }

    @Benchmark
    public Decision withInputHash(Ours ours) {
        return ours.engine.decide(ours.requests.get(ours.next()).read());
    }

    @Benchmark
    public Decision parsed(Ours ours) {
        return ours.engine.decide(ours.read.get(ours.next()), false);
    }

    @Benchmark
    public int bodyAlone(Ours ours) {
        return ours.requests.get(ours.next()).read().input().size();
    }

    /**
     * Where the slowest hundredth comes from: a decision, and a fixed piece of work that allocates nothing and
     * takes as long, in turns. What the second one's slowest hundredth has above its median is the machine's.
     */
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class Turns {
        private static final int WARM_UP = 50_000;
        private static final int SAMPLES = 300_000;

        /** Takes about as long as a decision. */
        private static final int WORK = 1_500;

        private final long[] decisions = new long[SAMPLES];
        private final long[] works = new long[SAMPLES];
        private long state = 1;

        // named as in the report
        public double turns_decision_p50_us;
        public double turns_decision_p99_us;
        public double turns_fixed_work_p50_us;
        public double turns_fixed_work_p99_us;

        private void measure(Supplier<Decision> decide) {
            Decision last = null;
            for (var i = 0; i < WARM_UP; i++) {
                last = decide.get();
                work();
            }
            for (var i = 0; i < SAMPLES; i++) {
                var begun = System.nanoTime();
                last = decide.get();
                var decided = System.nanoTime();
                work();
                works[i] = System.nanoTime() - decided;
                decisions[i] = decided - begun;
            }
            if (last == null || state == 0) {
                throw new IllegalStateException();
            }
            turns_decision_p50_us = us(decisions, 0.5);
            turns_decision_p99_us = us(decisions, 0.99);
            turns_fixed_work_p50_us = us(works, 0.5);
            turns_fixed_work_p99_us = us(works, 0.99);
        }

        private void work() {
            var x = state;
            for (var i = 0; i < WORK; i++) {
                x ^= x << 13;
                x ^= x >>> 7;
                x ^= x << 17;
            }
            state = x;
        }

        private static double us(long[] nanos, double part) {
            Arrays.sort(nanos);
            return nanos[(int) (nanos.length * part)] / 1e3;
        }
    }

    @Benchmark
    public void inTurns(Ours ours, Turns turns) {
        turns.measure(() -> fromBytes(ours));
    }

    /** {@code tools/list} over 200 tools, with the 1,000 policies only. */
    @Benchmark
    public int listing(Ours ours) {
        var listed = 0;
        var caller = ours.requests.get(ours.next()).caller();
        for (var i = 0; i < 200; i++) {
            listed += ours.engine.mayPermit(caller, BenchWorld.tool(i)) ? 1 : 0;
        }
        return listed;
    }

    /** A slice nobody has seen, from its stored form to its first answer. */
    @State(Scope.Thread)
    public static class Cold {
        /** One size for all figures beside the table. */
        @Param("1000")
        private int policies;

        private String json;
        private DecisionRequest request;

        @Setup
        public void prepare() {
            var world = new BenchWorld(policies);
            var asked = world.requests().getFirst();
            for (var i = 0; i < world.tools(); i++) {
                if (asked.tool().equals(BenchWorld.tool(i))) {
                    json = world.slice(i).toJson();
                }
            }
            request = asked.read();
        }
    }

    @Benchmark
    public Decision coldSlice(Cold cold) {
        var slice = Slice.read(cold.json);
        return new PolicyEngine("sha256:00", 1, name -> java.util.Optional.of(slice), Gateway.PLAIN)
                .decide(cold.request, false);
    }

    /** The official engine, in the ways it can be used. */
    @State(Scope.Thread)
    public static class Official {
        @Param({"10", "100", "1000", "10000"})
        private int policies;

        @Param({"default", "cached", "cached-slices"})
        private String use;

        private final BasicAuthorizationEngine engine = new BasicAuthorizationEngine();
        private final Map<String, com.cedarpolicy.model.policy.PolicySet> slices = new HashMap<>();
        private com.cedarpolicy.model.policy.PolicySet all;
        private List<BenchWorld.Asked> requests;
        private int next;

        @Setup
        public void prepare() throws InternalException, CacheException {
            var world = new BenchWorld(policies);
            requests = world.requests();
            if (use.equals("cached-slices")) {
                var used =
                        requests.stream().map(BenchWorld.Asked::tool).collect(Collectors.toSet());
                for (var i = 0; i < world.tools(); i++) {
                    if (used.contains(BenchWorld.tool(i))) {
                        var slice = named(world.text(i, i + 1));
                        slice.cache();
                        slices.put(BenchWorld.tool(i), slice);
                    }
                }
            } else {
                all = named(world.text(0, world.tools()));
                if (use.equals("cached")) {
                    all.cache();
                }
            }
        }

        private static com.cedarpolicy.model.policy.PolicySet named(String text)
                throws InternalException {
            return com.cedarpolicy.model.policy.PolicySet.parsePolicies(text);
        }

        private boolean decide() throws AuthException, IOException {
            next = next + 1 & BenchWorld.REQUESTS - 1;
            var asked = requests.get(next);
            var request = asked.read();
            var principal = uid("Mcp::User", asked.caller().principalId());
            var resource = uid("Mcp::Gateway", "g");
            var entities = new HashSet<com.cedarpolicy.model.entity.Entity>();
            entities.add(
                    new com.cedarpolicy.model.entity.Entity(
                            principal,
                            Map.of("id", new PrimString(asked.caller().principalId())),
                            asked.caller().roles().stream()
                                    .map(role -> uid("Mcp::Role", role))
                                    .collect(Collectors.toSet())));
            var set = all == null ? slices.get(asked.tool()) : all;
            return engine.isAuthorized(
                            new AuthorizationRequest(
                                    principal,
                                    uid("Mcp::Action", asked.tool()),
                                    resource,
                                    context(request)),
                            set,
                            entities)
                    .success
                    .orElseThrow()
                    .isAllowed();
        }

        private static Map<String, Value> context(DecisionRequest request) {
            var order = request.input().path("order");
            var session = request.session();
            return Map.of(
                    "input",
                    map(
                            Map.of(
                                    "order",
                                    map(
                                            Map.of(
                                                    "currency",
                                                    new PrimString(order.path("currency").asText()),
                                                    "amount",
                                                    decimal(order.path("amount").decimalValue()),
                                                    "priority",
                                                    new PrimLong(order.path("priority").asLong()),
                                                    "region",
                                                    new PrimString(order.path("region").asText()))),
                                    "note",
                                    new PrimString(request.input().path("note").asText()))),
                    "session",
                    map(
                            Map.of(
                                    "client",
                                    map(Map.of("trust", new PrimString(session.clientTrust()))),
                                    "mfa",
                                    new PrimBool(session.mfa()),
                                    "dow",
                                    new PrimLong(session.dow()))),
                    "chain",
                    map(Map.of("labels", strings(request.chain().labels()))),
                    "approval",
                    map(Map.of("granted", new PrimBool(false))),
                    "quota",
                    map(Map.of("amountToday", decimal(request.quota().amountToday()))),
                    "egress",
                    map(Map.of("domains", strings(request.egress().domains()))));
        }

        private static Decimal decimal(java.math.BigDecimal number) {
            return new Decimal(number.setScale(4, RoundingMode.UNNECESSARY).toPlainString());
        }

        private static CedarMap map(Map<String, Value> fields) {
            return new CedarMap(fields);
        }

        private static CedarList strings(Set<String> values) {
            return new CedarList(values.stream().<Value>map(PrimString::new).toList());
        }

        private static EntityUID uid(String type, String id) {
            return EntityTypeName.parse(type).orElseThrow().of(id);
        }
    }

    @Benchmark
    public boolean official(Official official) throws AuthException, IOException {
        return official.decide();
    }

    /** CEL with the same index: by tool, then by role. */
    @State(Scope.Thread)
    public static class Cel {
        private static final List<String> PERMITS_SUPPORT =
                List.of(
                        "input.order.currency == 'EUR' && input.order.amount > 0.0"
                                + " && input.order.amount <= 100.0 && quota.amountToday <= 500.0",
                        "input.order.currency == 'EUR' && input.order.amount <= 5000.0"
                                + " && approval.granted");
        private static final List<String> PERMITS_OPS =
                List.of(
                        "session.client.trust == 'managed' && input.order.priority >= 3"
                                + " && input.order.region in ['eu', 'us']");
        private static final List<String> FORBIDS =
                List.of(
                        "chain.labels.exists(l, l in ['pii', 'secret'])"
                                + " && !egress.domains.all(d, d in ['example.com'])",
                        "session.dow >= 6");

        @Param({"10", "100", "1000", "10000"})
        private int policies;

        private final Map<String, Map<String, List<CelRuntime.Program>>> permits = new HashMap<>();
        private final Map<String, List<CelRuntime.Program>> forbids = new HashMap<>();
        private List<BenchWorld.Asked> requests;
        private int next;

        @Setup
        public void prepare() throws CelValidationException, CelEvaluationException {
            var world = new BenchWorld(policies);
            requests = world.requests();
            for (var i = 0; i < world.tools(); i++) {
                permits.put(
                        BenchWorld.tool(i),
                        Map.of("support", programs(PERMITS_SUPPORT), "ops", programs(PERMITS_OPS)));
                forbids.put(BenchWorld.tool(i), programs(FORBIDS));
            }
            BenchWorld.settle(this::decided);
        }

        private void decided() {
            try {
                decide();
            } catch (CelEvaluationException | IOException e) {
                throw new IllegalStateException(e);
            }
        }

        private static List<CelRuntime.Program> programs(List<String> sources)
                throws CelValidationException, CelEvaluationException {
            var compiler = CelCompilerFactory.standardCelCompilerBuilder();
            compiler.setStandardMacros(dev.cel.parser.CelStandardMacro.STANDARD_MACROS);
            for (var name : List.of("input", "session", "chain", "approval", "quota", "egress")) {
                compiler.addVar(name, MapType.create(SimpleType.STRING, SimpleType.DYN));
            }
            var runtime = CelRuntimeFactory.plannerRuntimeBuilder().build();
            var programs = new ArrayList<CelRuntime.Program>();
            for (var source : sources) {
                programs.add(runtime.createProgram(compiler.build().compile(source).getAst()));
            }
            return programs;
        }

        private boolean decide() throws CelEvaluationException, IOException {
            next = next + 1 & BenchWorld.REQUESTS - 1;
            var asked = requests.get(next);
            var body = JSON_MAP.readValue(asked.body(), MAP);
            @SuppressWarnings("unchecked")
            var params = (Map<String, Object>) body.get("params");
            var context =
                    Map.of(
                            "input",
                            params.get("arguments"),
                            "session",
                            Map.of(
                                    "client",
                                    Map.of("trust", asked.session().clientTrust()),
                                    "dow",
                                    (long) asked.session().dow()),
                            "chain",
                            Map.of("labels", List.copyOf(asked.chain().labels())),
                            "approval",
                            Map.of("granted", false),
                            "quota",
                            Map.of("amountToday", asked.quota().amountToday().doubleValue()),
                            "egress",
                            Map.of("domains", List.copyOf(asked.egress().domains())));
            var tool = (String) params.get("name");
            for (var program : forbids.getOrDefault(tool, List.of())) {
                if (program.eval(context).equals(true)) {
                    return false;
                }
            }
            var byRole = permits.getOrDefault(tool, Map.of());
            var permitted = false;
            for (var role : asked.caller().roles()) {
                for (var program : byRole.getOrDefault(role, List.of())) {
                    permitted |= program.eval(context).equals(true);
                }
            }
            return permitted;
        }

        private static final com.fasterxml.jackson.databind.ObjectMapper JSON_MAP =
                com.fasterxml.jackson.databind.json.JsonMapper.builder()
                        .enable(
                                com.fasterxml.jackson.databind.DeserializationFeature
                                        .USE_LONG_FOR_INTS)
                        .build();
        private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};
    }

    @Benchmark
    public boolean cel(Cel cel) throws CelEvaluationException, IOException {
        return cel.decide();
    }
}
