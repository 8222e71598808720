package dev.sluicegate.router.screening;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.policy.DecisionRequest;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who will get what a call sends, read from the arguments that the manifest names.
 *
 * <p>A receiver is exactly one plain mail address or one http(s) URL. Everything else that some mail
 * program understands (display names, lists, quoted local parts, routes, comments, address literals) is
 * refused, never interpreted: the tool might interpret it differently.
 */
public sealed interface Receivers {
    /**
     * @param egress addresses in lower case (for URLs their origin) and domains in ASCII
     */
    record Parsed(DecisionRequest.Egress egress) implements Receivers {}

    /**
     * @param pointer of the argument that is no receiver
     */
    record Unparsed(String pointer) implements Receivers {}

    /** RFC 5321, section 4.5.3.1. */
    int MAX_LOCAL_PART = 64;

    int MAX_ADDRESS = 254;
    int MAX_URL = 2_048;

    /** More receivers than this are a distribution list and should be one. */
    int MAX_RECEIVERS = 100;

    /**
     * Reads the receivers of a call.
     *
     * <p>An argument that is absent names nobody. A tool that sends data out must be told of at least
     * one receiver, because "all receivers are ours" is true of none.
     */
    static Receivers parse(ToolManifest manifest, ObjectNode arguments) {
        var receivers = new TreeSet<String>();
        var domains = new TreeSet<String>();
        for (var pointer : manifest.receivers()) {
            var value = arguments.at(JsonPointer.compile(pointer));
            if (value.isMissingNode()) {
                continue;
            }
            if (value.isArray()) {
                for (var element : value) {
                    if (!add(element, receivers, domains)) {
                        return new Unparsed(pointer);
                    }
                }
            } else if (!add(value, receivers, domains)) {
                return new Unparsed(pointer);
            }
        }
        if (manifest.egress() && receivers.isEmpty()) {
            return new Unparsed(manifest.receivers().getFirst());
        }
        return new Parsed(new DecisionRequest.Egress(receivers, domains));
    }

    private static boolean add(JsonNode value, Set<String> receivers, Set<String> domains) {
        var receiver = value.isTextual() ? Receiver.of(value.textValue()) : null;
        if (receiver == null || receivers.size() >= MAX_RECEIVERS) {
            return false;
        }
        receivers.add(receiver.address());
        domains.add(receiver.domain());
        return true;
    }
}
