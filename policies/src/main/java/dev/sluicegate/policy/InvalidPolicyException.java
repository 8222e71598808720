package dev.sluicegate.policy;

import java.util.List;

/** Policies that must not be published. Each problem names the file, the line and the policy. */
public final class InvalidPolicyException extends RuntimeException {
    private final List<String> problems;

    public InvalidPolicyException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    InvalidPolicyException(String problem) {
        this(List.of(problem));
    }

    /** One line each, in the order of the files. */
    public List<String> problems() {
        return problems;
    }
}
