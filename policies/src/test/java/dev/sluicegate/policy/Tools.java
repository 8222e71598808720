package dev.sluicegate.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.Risk;
import dev.sluicegate.contract.ToolManifest;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Manifests as policy sees them: those that ship and those the baseline's authors already think of. */
final class Tools {
    static final List<String> SHIPPED =
            List.of(
                    "billing___get_invoice",
                    "billing___refund",
                    "crm___get_customer",
                    "mail___send");

    private static final List<String> UNSHIPPED =
            List.of("crm___export_customers", "ops___run_runbook");

    private Tools() {}

    static List<ToolManifest> shipped() {
        return SHIPPED.stream().map(Tools::manifest).toList();
    }

    static List<ToolManifest> all() {
        return Stream.concat(SHIPPED.stream(), UNSHIPPED.stream()).map(Tools::manifest).toList();
    }

    /** Those that ship and may be published without an approval rule. */
    static List<ToolManifest> lowerRisk() {
        return shipped().stream().filter(tool -> tool.risk() != Risk.HIGH).toList();
    }

    static ToolManifest manifest(String name) {
        var in = Tools.class.getResourceAsStream("tools/" + name + ".json");
        if (in == null) {
            throw new IllegalArgumentException("no test manifest " + name);
        }
        return ToolManifest.read(in);
    }

    /** A low-risk read tool with these {@code properties}, written as JSON with single quotes. */
    static ToolManifest reading(String name, String properties) {
        return tool(name, "read", "low", properties);
    }

    static ToolManifest tool(String name, String effect, String risk, String properties) {
        var json =
                """
                {"name": "%s", "version": "1", "owner": "team", "title": "t", "description": "d",
                 "effect": "%s", "risk": "%s", "egress": false,
                 "inputSchema": {"type": "object", "properties": %s, "additionalProperties": false},
                 "outputSchema": {"type": "object"}}
                """
                        .formatted(name, effect, risk, properties.replace('\'', '"'));
        return ToolManifest.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }

    static ObjectNode json(String text) {
        try {
            return (ObjectNode) new JsonMapper().readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
