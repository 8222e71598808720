package dev.sluicegate.local;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.contract.Product;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The records of a stack as a test tells them: kind, call, and what was decided or came out. */
final class JournalReader {
    /** Nobody's request: a writer begins, the sweeper passes. */
    private static final Set<String> UNASKED = Set.of("HEARTBEAT", "WRITER_OPEN");

    private final LocalStack stack;
    private final Set<String> seen = new HashSet<>();

    JournalReader(LocalStack stack) {
        this.stack = stack;
    }

    /** What was recorded since the last time this was asked, in the order of the ids; what the clock writes aside. */
    List<String> news() throws IOException {
        var found = new ArrayList<String>();
        var items =
                stack
                        .operatorClient()
                        .scanPaginator(r ->
                                r.tableName(Product.resource("dev", "audit")).consistentRead(true))
                        .items()
                        .stream()
                        .sorted(Comparator.comparing(i -> text(i, "pk") + text(i, "sk")))
                        .toList();
        for (var item : items) {
            var isNew = seen.add(text(item, "pk") + " " + text(item, "sk"));
            if (isNew && !UNASKED.contains(text(item, "kind"))) {
                found.add(told(text(item, "kind"), McpClient.JSON.readTree(text(item, "r"))));
            }
        }
        return found;
    }

    List<String> records() {
        return stack
                .operatorClient()
                .scanPaginator(r -> r.tableName(Product.resource("dev", "audit")))
                .items()
                .stream()
                .map(item -> text(item, "r"))
                .toList();
    }

    private static String told(String kind, JsonNode record) {
        var call = record.path("call").asText();
        var refusal = record.path("refusal");
        var outcome = record.path("outcome");
        if (kind.equals("DENIED") && call.isEmpty()) {
            var count = record.path("count").asLong(1);
            return "DENIED of nobody: "
                    + refusal.path("reason").asText()
                    + (count == 1 ? "" : " x" + count);
        }
        return kind
                + " "
                + call
                + switch (kind) {
                    case "DENIED" ->
                            " "
                                    + refusal.path("stage").asText()
                                    + " "
                                    + refusal.path("code").asText()
                                    + ": "
                                    + refusal.path("reason").asText();
                    case "OUTCOME" ->
                            " "
                                    + outcome.path("status").asText()
                                    + " "
                                    + outcome.path("code").asText("null");
                    default -> "";
                };
    }

    private static String text(Map<String, AttributeValue> item, String attribute) {
        return requireNonNull(item.get(attribute), attribute).s();
    }
}
