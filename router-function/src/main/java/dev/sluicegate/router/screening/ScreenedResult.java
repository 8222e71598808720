package dev.sluicegate.router.screening;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.sluicegate.contract.Label;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What screening says about what a tool returned. */
public sealed interface ScreenedResult {
    List<Finding> findings();

    /**
     * The result may leave once it is recorded.
     *
     * @param structured null when the tool gave none
     * @param content null when the tool gave none
     * @param error null when the tool gave none
     * @param labels what the chain learns: of the manifest, of the fields present and of the findings
     * @param rows the largest array in the result; 1 for a result without arrays, 0 for none
     */
    record Passed(
            @Nullable JsonNode structured,
            @Nullable ArrayNode content,
            @Nullable String error,
            List<Finding> findings,
            Set<Label> labels,
            long rows)
            implements ScreenedResult {
        public Passed {
            findings = List.copyOf(findings);
            labels = Set.copyOf(labels);
        }

        @Override
        public String toString() {
            return "Passed" + findings; // results are not for logs
        }
    }

    /**
     * Nothing of the result may leave.
     *
     * @param message for the caller, without any value
     */
    record Blocked(List<Finding> findings, String message) implements ScreenedResult {
        public Blocked {
            findings = List.copyOf(findings);
        }
    }
}
