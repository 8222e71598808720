package dev.sluicegate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.cedarpolicy.BasicAuthorizationEngine;
import com.cedarpolicy.model.AuthorizationRequest;
import com.cedarpolicy.model.exception.AuthException;
import com.cedarpolicy.model.exception.CacheException;
import com.cedarpolicy.model.exception.InternalException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluicegate.policy.cedar.Policies;
import dev.sluicegate.policy.cedar.Policy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Random worlds, decided by our evaluator and by the official one. */
class DifferentialTest {
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final BasicAuthorizationEngine OFFICIAL = new BasicAuthorizationEngine();
    private static final int REQUESTS_PER_WORLD = 125;

    @Test
    void fiftyThousandRandomRequestsAreDecidedAsTheOfficialEngineDoes() {
        compare(20_261_124L, 50_000);
    }

    @Test
    @EnabledIfSystemProperty(named = "long", matches = "true")
    void aMillionRandomRequestsAreDecidedAsTheOfficialEngineDoes() {
        compare(Long.getLong("differential.seed", 4_711L), 1_000_000);
    }

    /** Every literal with every function, and every two with every function of two. */
    @Test
    void everyEdgeOfTheExtensionTypesIsWhereTheOfficialEngineHasIt() throws Exception {
        var conditions = new ArrayList<String>();
        var ips = calls("ip", RandomWorld.IPS, RandomWorld.BAD_IPS);
        pairs(conditions, ips, "%s.isInRange(%s)", "%s == %s");
        each(conditions, ips, "%s.isIpv4()", "%s.isIpv6()", "%s.isLoopback()", "%s.isMulticast()");
        var decimals = calls("decimal", RandomWorld.DECIMALS, RandomWorld.BAD_DECIMALS);
        pairs(conditions, decimals, "%s.lessThan(%s)", "%s.greaterThanOrEqual(%s)", "%s == %s");
        var datetimes = calls("datetime", RandomWorld.DATETIMES, RandomWorld.BAD_DATETIMES);
        var durations = calls("duration", RandomWorld.DURATIONS, RandomWorld.BAD_DURATIONS);
        datetimes.addAll(
                List.of(
                        "datetime(\"1970-01-01\").offset(duration(\"9223372036854775807ms\"))",
                        "datetime(\"1970-01-01\").offset(duration(\"-9223372036854775808ms\"))"));
        pairs(conditions, datetimes, "%s < %s", "%s.durationSince(%s) > duration(\"-1ms\")");
        pairs(conditions, durations, "%s <= %s", "%s == %s");
        each(
                conditions,
                datetimes,
                "%s.toDate() <= datetime(\"2024-01-01\")",
                "%s.toTime() > duration(\"1h\")",
                "%s.offset(duration(\"1ms\")) > datetime(\"2024-01-01\")",
                "%s.offset(duration(\"-1d\")) > datetime(\"2024-01-01\")");
        for (var unit : List.of("Milliseconds", "Seconds", "Minutes", "Hours", "Days")) {
            each(conditions, durations, "%s.to" + unit + "() > 0", "%s.to" + unit + "() == -1");
        }
        for (var text : RandomWorld.TEXTS) {
            for (var pattern : RandomWorld.PATTERNS) {
                conditions.add(Cedar.quoted(text) + " like \"" + pattern + "\"");
            }
        }
        var text =
                conditions.stream()
                        .map(c -> "permit (principal, action, resource) when { " + c + " };")
                        .collect(Collectors.joining("\n"));
        var world = new RandomWorld(new Random(1));
        var request = world.request();
        var theirs = parsed(text, 0, 0);

        var answer = Policies.of(read(theirs)).authorize(request.ours(), world.entities());

        assertThat(conditions).hasSizeGreaterThan(5_000);
        assertThat(
                        said(
                                answer.allowed(),
                                answer.determining().stream().map(Policy::id).sorted().toList(),
                                answer.failures().stream()
                                        .map(failure -> failure.policy().id())
                                        .sorted()
                                        .toList()))
                .isEqualTo(official(theirs, world, request));
    }

    private static List<String> calls(String function, List<String> good, List<String> bad) {
        var calls = new ArrayList<String>();
        good.forEach(text -> calls.add(function + "(" + Cedar.quoted(text) + ")"));
        bad.forEach(text -> calls.add(function + "(" + Cedar.quoted(text) + ")"));
        return calls;
    }

    private static void pairs(List<String> conditions, List<String> values, String... forms) {
        for (var form : forms) {
            for (var left : values) {
                for (var right : values) {
                    conditions.add(form.formatted(left, right));
                }
            }
        }
    }

    private static void each(List<String> conditions, List<String> values, String... forms) {
        for (var form : forms) {
            values.forEach(value -> conditions.add(form.formatted(value)));
        }
    }

    private static void compare(long seed, int requests) {
        var tally = new Tally();
        IntStream.range(0, requests / REQUESTS_PER_WORLD)
                .parallel()
                .forEach(world -> compare(seed, world, tally));
        System.out.println("differential test, seed " + seed + ": " + tally);
        // a generator that only makes nonsense would compare nothing
        assertThat(tally.allowed).isGreaterThan(requests / 20);
        assertThat(tally.denied).isGreaterThan(requests / 20);
        assertThat(tally.failing).isGreaterThan(requests / 20);
        assertThat(tally.clean).isGreaterThan(requests / 10);
    }

    private static final class Tally {
        private int worlds;
        private int requests;
        private int allowed;
        private int denied;
        private int failing;
        private int clean;

        synchronized void world() {
            worlds++;
        }

        synchronized void add(boolean isAllowed, boolean isClean) {
            requests++;
            allowed += isAllowed ? 1 : 0;
            denied += isAllowed ? 0 : 1;
            failing += isClean ? 0 : 1;
            clean += isClean ? 1 : 0;
        }

        @Override
        public String toString() {
            return requests
                    + " requests in "
                    + worlds
                    + " worlds, "
                    + allowed
                    + " allowed, "
                    + failing
                    + " with failing policies, 0 mismatches";
        }
    }

    private static void compare(long seed, int number, Tally tally) {
        try {
            compared(seed, number, tally);
        } catch (AuthException
                | CacheException
                | JsonProcessingException
                | InterruptedException e) {
            throw new AssertionError("seed " + seed + ", world " + number, e);
        }
    }

    private static void compared(long seed, int number, Tally tally)
            throws AuthException, CacheException, JsonProcessingException, InterruptedException {
        var world = new RandomWorld(new Random(seed * 1_000_003 + number));
        var text = world.policies();
        var theirs = parsed(text, seed, number);
        var ours = Policies.of(read(theirs));
        cache(theirs);
        tally.world();
        for (var i = 0; i < REQUESTS_PER_WORLD; i++) {
            var request = world.request();
            var expected = official(theirs, world, request);
            var answer = ours.authorize(request.ours(), world.entities());
            var found =
                    said(
                            answer.allowed(),
                            // lists: a policy that counts twice is wrong, too
                            answer.determining().stream().map(Policy::id).sorted().toList(),
                            answer.failures().stream()
                                    .map(failure -> failure.policy().id())
                                    .sorted()
                                    .toList());
            assertThat(found)
                    .as("seed %s, world %s, request %s: %s\n%s", seed, number, i, request, text)
                    .isEqualTo(expected);
            tally.add(answer.allowed(), answer.failures().isEmpty());
        }
    }

    private static com.cedarpolicy.model.policy.PolicySet parsed(
            String text, long seed, int number) {
        try {
            return com.cedarpolicy.model.policy.PolicySet.parsePolicies(CedarWorld.escaped(text));
        } catch (InternalException e) {
            throw new AssertionError("seed " + seed + ", world " + number + ":\n" + text, e);
        }
    }

    private static List<Policy> read(com.cedarpolicy.model.policy.PolicySet set)
            throws InternalException, JsonProcessingException {
        var policies = new ArrayList<Policy>();
        for (var policy : set.policies) {
            policies.add(PolicyJson.read(policy.policyID, JSON.readTree(policy.toJson())));
        }
        return policies;
    }

    /** The official engine keeps 1,023 sets until they are collected. */
    private static void cache(com.cedarpolicy.model.policy.PolicySet set)
            throws InterruptedException, CacheException {
        for (var attempt = 0; ; attempt++) {
            try {
                set.cache();
                return;
            } catch (CacheException e) {
                if (attempt == 20) {
                    throw e;
                }
                System.gc();
                Thread.sleep(50);
            }
        }
    }

    private static String official(
            com.cedarpolicy.model.policy.PolicySet policies,
            RandomWorld world,
            RandomWorld.Asked request)
            throws AuthException {
        var response =
                OFFICIAL.isAuthorized(
                        new AuthorizationRequest(
                                request.principal().theirUid(),
                                request.action().theirUid(),
                                request.resource().theirUid(),
                                request.theirContext()),
                        policies,
                        world.theirEntities());
        var success =
                response.success.orElseThrow(
                        () -> new AssertionError(response.errors + " for " + request));
        return said(
                success.isAllowed(),
                new TreeSet<>(success.getReason()),
                success.getErrors().stream()
                        .map(error -> error.getPolicyId())
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    private static String said(
            boolean allowed, Collection<String> reasons, Collection<String> errors) {
        return (allowed ? "allow by " : "deny by ") + reasons + ", failed " + errors;
    }
}
