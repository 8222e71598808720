package dev.sluicegate.router.identity;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * From an access token to who is calling: one that was seen, one that was not, and one with its proof. Its
 * {@code main} measures CPU instead.
 */
@State(Scope.Benchmark)
@BenchmarkMode({Mode.AverageTime, Mode.SampleTime})
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class TokenBenchmark {
    private static final String URL = "http://127.0.0.1:8080/mcp";

    /** More than are cached, so that each is new again when its turn comes. */
    private static final int UNSEEN = AccessTokens.MAX_CACHED + 1;

    private final IssuerServer issuer = new IssuerServer(Clock.systemUTC());
    private final AccessTokens tokens =
            new AccessTokens(List.of(issuer.config()), "dev", (_, _) -> true, Clock.systemUTC());
    private final String[] unseen = new String[UNSEEN];
    private Presented seen = Presented.bearer("", null);
    private Presented bound = Presented.bearer("", null);
    private int next;

    /** Signs all tokens. */
    @Setup(Level.Trial)
    public void sign() {
        for (var i = 0; i < UNSEEN; i++) {
            unseen[i] = issuer.token().claim("jti", "t-" + i).compact();
        }
        seen = Presented.bearer(issuer.token().compact(), "192.0.2.7");
        renew();
    }

    /** A proof is good for a minute; whether it is used again is not looked at here. */
    @Setup(Level.Iteration)
    public void renew() {
        var key = IssuerServer.newKey("client");
        var token = issuer.token().claim("cnf", Proofs.bound(key)).compact();
        var proof = Proofs.of(key, "POST", URL, token, Clock.systemUTC()).compact();
        bound =
                new Presented(
                        Presented.Scheme.DPOP, token, List.of(proof), "POST", URL, "192.0.2.7");
    }

    /** Ends the issuer. */
    @TearDown
    public void stop() {
        issuer.close();
    }

    /** A token that was verified before. */
    @Benchmark
    public Authentication seen() {
        return good(tokens.verify(seen));
    }

    /** An ES256 token that was not. */
    @Benchmark
    public Authentication unseen() {
        next = (next + 1) % UNSEEN;
        return good(tokens.verify(Presented.bearer(unseen[next], "192.0.2.7")));
    }

    /** A bound token that was verified before, with an ES256 proof; without keeping the proof. */
    @Benchmark
    public Authentication bound() {
        return good(tokens.verify(bound));
    }

    /** CPU of the thread, best of twelve rounds: what a busy machine can still say. */
    public static void main(String[] arguments) {
        var cpu = ManagementFactory.getThreadMXBean();
        var benchmark = new TokenBenchmark();
        benchmark.sign();
        System.out.printf(
                "CPU: seen %.1f us, unseen %.1f us, bound %.1f us%n",
                best(cpu, 20_000, benchmark::seen, benchmark),
                best(cpu, 1_000, benchmark::unseen, benchmark),
                best(cpu, 1_000, benchmark::bound, benchmark));
        benchmark.stop();
    }

    private static double best(
            ThreadMXBean cpu, int times, Supplier<Authentication> once, TokenBenchmark benchmark) {
        var best = Double.MAX_VALUE;
        for (var round = 0; round < 12; round++) {
            benchmark.renew();
            var from = cpu.getCurrentThreadCpuTime();
            for (var i = 0; i < times; i++) {
                good(once.get());
            }
            best = Math.min(best, (cpu.getCurrentThreadCpuTime() - from) / 1e3 / times);
        }
        return best;
    }

    private static Authentication good(Authentication answer) {
        if (answer instanceof Authentication.Rejected(var reason, _, _)) {
            throw new IllegalStateException(reason.word());
        }
        return answer;
    }
}
