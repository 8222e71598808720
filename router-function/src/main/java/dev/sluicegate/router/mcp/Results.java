package dev.sluicegate.router.mcp;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.Product;
import dev.sluicegate.router.enforcement.Outcome;
import java.util.ArrayList;

/** Results as the client's protocol version wants them. */
final class Results {
    static final String SERVER_INFO = "io.modelcontextprotocol/serverInfo";

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private Results() {}

    static ObjectNode serverInfo() {
        return JSON.objectNode().put("name", Product.NAME).put("version", Product.VERSION);
    }

    /** Adds what every result carries: the call id and, in the modern era, its type and our name. */
    static ObjectNode complete(ObjectNode result, ProtocolVersion version, String callId) {
        var meta =
                result.path("_meta") instanceof ObjectNode present
                        ? present
                        : result.putObject("_meta");
        meta.put(Product.META_CALL_ID, callId);
        if (version.modern()) {
            result.put("resultType", "complete");
            meta.set(SERVER_INFO, serverInfo());
        }
        return result;
    }

    /** What the caller of a tool gets. */
    static ObjectNode of(Outcome outcome, ProtocolVersion version) {
        var result =
                switch (outcome) {
                    case Outcome.Released(var released) -> released.result().mcp().deepCopy();
                    case Outcome.Refused refused -> refusal(refused);
                };
        var structured = result.path("structuredContent");
        if (!version.modern() && !structured.isMissingNode() && !structured.isObject()) {
            result.remove("structuredContent"); // an object only, until 2026-07-28
        }
        complete(result, version, outcome.callId());
        if (!outcome.chainId().isEmpty()) {
            ((ObjectNode) result.path("_meta")).put(Product.META_CHAIN, outcome.chainId());
        }
        return result;
    }

    static ObjectNode refusal(Outcome.Refused refused) {
        var result = JSON.objectNode();
        var sentences = new ArrayList<String>();
        sentences.add(refused.message());
        if (!refused.reasons().isEmpty()) {
            sentences.add("reasons: " + String.join("; ", refused.reasons()));
        }
        var structured = JSON.objectNode();
        structured.put("code", refused.code().word());
        structured.put("message", refused.message());
        structured.put("callId", refused.callId());
        if (!refused.reasons().isEmpty()) {
            var reasons = structured.putArray("reasons");
            refused.reasons().forEach(reasons::add);
        }
        var approval = refused.approval();
        if (approval != null) {
            structured.put("approvalId", approval.approvalId());
            var url = approval.url();
            if (url != null) {
                structured.put("url", url);
                sentences.add("to be approved at " + url);
            }
            structured.put("expires", approval.expires().toString());
            sentences.add(
                    "approval " + approval.approvalId() + " is open until " + approval.expires());
        }
        var retryAfter = refused.retryAfter();
        if (retryAfter != null) {
            structured.put("retryAfterSeconds", retryAfter.toSeconds());
        }
        sentences.add("details: call " + refused.callId());
        result.putArray("content")
                .addObject()
                .put("type", "text")
                .put("text", String.join(". ", sentences));
        result.set("structuredContent", structured);
        result.put("isError", true);
        return result;
    }
}
