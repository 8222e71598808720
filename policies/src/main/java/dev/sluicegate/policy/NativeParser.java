package dev.sluicegate.policy;

import com.cedarpolicy.model.exception.InternalException;
import com.cedarpolicy.model.policy.Policy;
import com.cedarpolicy.model.policy.PolicySet;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/**
 * The official parser behind a guard. It recurses on the native stack, and where that ends the process
 * ends: text nested beyond a limit never reaches it, and it runs on a stack that holds the rest.
 */
final class NativeParser {
    /** Brackets in brackets; people write fewer than ten. */
    static final int MAX_BRACKETS = 200;

    /** Reserved, not used: only what the parser touches becomes memory. */
    private static final long STACK_BYTES = 512L * 1024 * 1024;

    private NativeParser() {}

    /**
     * @throws InternalException if the text is not Cedar
     * @throws InvalidPolicyException if it is nested too deeply
     */
    static PolicySet parse(String text) throws InternalException {
        check(text);
        return onRoomyStack(() -> PolicySet.parsePolicies(text));
    }

    /** Cedar's JSON policy format. */
    static String json(Policy policy) throws InternalException {
        return onRoomyStack(policy::toJson);
    }

    /** Strings and comments hold no brackets. */
    private static void check(String text) {
        var depth = 0;
        for (var i = 0; i < text.length(); i++) {
            switch (text.charAt(i)) {
                case '"' -> {
                    for (i++; i < text.length() && text.charAt(i) != '"'; i++) {
                        if (text.charAt(i) == '\\') {
                            i++;
                        }
                    }
                }
                case '/' -> {
                    if (text.startsWith("//", i)) {
                        var end = text.indexOf('\n', i);
                        i = end < 0 ? text.length() : end;
                    }
                }
                case '(', '[', '{' -> {
                    if (++depth > MAX_BRACKETS) {
                        throw new InvalidPolicyException("is nested too deeply");
                    }
                }
                case ')', ']', '}' -> depth--;
                default -> {}
            }
        }
    }

    private static <T> T onRoomyStack(Callable<T> work) throws InternalException {
        var task = new FutureTask<>(work);
        var thread = new Thread(null, task, "policy-parser", STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get();
        } catch (java.util.concurrent.ExecutionException e) {
            switch (e.getCause()) {
                case InternalException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case null, default ->
                        throw new PolicyEngineException("the official parser failed", e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PolicyEngineException("interrupted while parsing", e);
        }
    }
}
