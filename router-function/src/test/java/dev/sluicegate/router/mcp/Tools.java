package dev.sluicegate.router.mcp;

import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.router.policy.Catalogue;
import dev.sluicegate.router.policy.CataloguedTool;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Three published tools: one reads, one writes and sends out, one destroys. */
public final class Tools implements Catalogue {
    public static final String LOOKUP = "crm___get_customer";
    public static final String SEND = "mail___send";
    public static final String PURGE = "crm___purge";

    private static final String LOOKUP_SCHEMA =
            """
            {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
             "properties":{
               "customer_id":{"type":"string","pattern":"^C-[0-9]{4}$"},
               "amount":{"type":"number","minimum":0.01,"multipleOf":0.01},
               "verbose":{"type":"boolean","default":false},
               "page":{"type":"object","default":{},
                       "properties":{"size":{"type":"integer","default":20,"maximum":100},
                                     "from":{"type":"integer"}}},
               "extra":{}},
             "required":["customer_id"],"additionalProperties":false}\
            """;

    private static final String SEND_SCHEMA =
            """
            {"type":"object",
             "properties":{
               "to":{"type":"string","x-mcp-header":"To"},
               "priority":{"type":"integer","x-mcp-header":"Priority"},
               "options":{"type":"object","properties":{"urgent":{"type":"boolean","x-mcp-header":"Urgent"}}}},
             "required":["to"],"additionalProperties":false}\
            """;

    private final List<CataloguedTool> tools =
            List.of(
                    tool(SEND, "write", "[\"mail:send\"]", SEND_SCHEMA, true),
                    tool(LOOKUP, "read", "[]", LOOKUP_SCHEMA, false),
                    tool(
                            PURGE,
                            "destructive",
                            "[]",
                            "{\"type\":\"object\",\"additionalProperties\":false}",
                            false));

    @Override
    public List<CataloguedTool> tools() {
        return tools; // not in name order: the listing sorts
    }

    @Override
    public Optional<CataloguedTool> find(String name) {
        return tools.stream().filter(tool -> tool.name().equals(name)).findFirst();
    }

    public static CataloguedTool tool(
            String name, String effect, String scopes, String inputSchema, boolean egress) {
        var json =
                """
                {"name":"%s","version":"1","owner":"o","title":"T","description":"D","effect":"%s",
                 "risk":"low","scopes":%s,"inputSchema":%s,
                 "outputSchema":{"type":"object","properties":{"done":{"type":"boolean"}}},
                 "egress":%s,"receivers":%s}\
                """
                        .formatted(
                                name,
                                effect,
                                scopes,
                                inputSchema,
                                egress,
                                egress ? "[\"/to\"]" : "[]");
        var manifest =
                ToolManifest.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
        return new CataloguedTool(manifest, "arn:" + name, null, "grant", "sha256:00");
    }
}
