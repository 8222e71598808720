package dev.sluicegate.router.screening;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What screening says about the arguments of a call. */
public sealed interface ScreenedArguments {
    List<Finding> findings();

    /**
     * The call may go on, with these arguments and no others.
     *
     * @param arguments without hidden characters and credentials
     */
    record Passed(ObjectNode arguments, List<Finding> findings) implements ScreenedArguments {
        public Passed {
            findings = List.copyOf(findings);
        }

        @Override
        public String toString() {
            return "Passed" + findings; // arguments are not for logs
        }
    }

    /**
     * The call may not go on.
     *
     * @param message for the caller, without any value
     */
    record Blocked(List<Finding> findings, String message) implements ScreenedArguments {
        public Blocked {
            findings = List.copyOf(findings);
        }
    }
}
