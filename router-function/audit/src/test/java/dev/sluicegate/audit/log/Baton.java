package dev.sluicegate.audit.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;

/**
 * Lets one of several threads run at a time and hands over between any two uses of a service, to whom the seed
 * says: concurrency that can be repeated.
 */
final class Baton {
    private final Random random;
    private final List<Semaphore> turns = new ArrayList<>();
    private final List<Integer> alive = new ArrayList<>();
    private final ThreadLocal<Integer> me = new ThreadLocal<>();

    Baton(Random random) {
        this.random = random;
    }

    void run(List<Runnable> workers) throws InterruptedException {
        var threads = new ArrayList<Thread>();
        var failures = new ArrayList<Throwable>();
        for (var i = 0; i < workers.size(); i++) {
            turns.add(new Semaphore(0));
            alive.add(i);
        }
        for (var i = 0; i < workers.size(); i++) {
            var own = i;
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                me.set(own);
                                turns.get(own).acquireUninterruptibly();
                                try {
                                    workers.get(own).run();
                                } catch (RuntimeException | Error e) {
                                    failures.add(e); // one runs at a time
                                } finally {
                                    leave(own);
                                }
                            }));
        }
        turns.get(alive.get(random.nextInt(alive.size()))).release();
        for (var thread : threads) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            throw new AssertionError("a worker failed", failures.getFirst());
        }
    }

    /** May hand over; outside of a worker it does nothing. */
    void pass() {
        var own = me.get();
        if (own == null) {
            return;
        }
        var next = alive.get(random.nextInt(alive.size()));
        if (next.intValue() != own.intValue()) {
            turns.get(next).release();
            turns.get(own).acquireUninterruptibly();
        }
    }

    private void leave(int own) {
        alive.remove(Integer.valueOf(own));
        if (!alive.isEmpty()) {
            turns.get(alive.get(random.nextInt(alive.size()))).release();
        }
    }
}
