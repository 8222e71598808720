package dev.sluicegate.policy.cedar;

/**
 * An expression has no value: a type error, an attribute that is not there, an overflow. The message names
 * kinds, attributes and functions, never values. Without a stack trace, which nobody would read and every
 * evaluation would pay for.
 */
public final class EvaluationException extends RuntimeException {
    EvaluationException(String message) {
        super(message, null, false, false);
    }
}
