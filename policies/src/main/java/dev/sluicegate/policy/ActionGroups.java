package dev.sluicegate.policy;

import dev.sluicegate.contract.Effect;
import dev.sluicegate.contract.Label;
import dev.sluicegate.contract.Risk;
import dev.sluicegate.contract.ToolManifest;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Facts of a manifest as groups of its Cedar action: Cedar actions carry no attributes, groups are static,
 * validated and indexable.
 */
final class ActionGroups {
    private ActionGroups() {}

    /** Sorted; without {@link Cedar#CALL_TOOL}, which holds every group. */
    static SortedSet<String> of(ToolManifest tool) {
        var groups = new TreeSet<String>();
        groups.add("effect:" + tool.effect().word());
        groups.add("risk:" + tool.risk().word());
        groups.add("target:" + tool.target());
        tool.out().labels().forEach(label -> groups.add("out:" + label.word()));
        tool.out().fields().values().forEach(label -> groups.add("out:" + label.word()));
        if (tool.egress()) {
            groups.add("egress");
        }
        return groups;
    }

    /**
     * Every group a policy may name: all words of the closed lists, whether a tool is in them or not, so
     * that a rule about destructive tools is there before the first of them. Targets are an open list: a
     * target without a tool is a typing error.
     */
    static SortedSet<String> declared(Collection<ToolManifest> tools) {
        var groups = new TreeSet<String>();
        for (var effect : Effect.values()) {
            groups.add("effect:" + effect.word());
        }
        for (var risk : Risk.values()) {
            groups.add("risk:" + risk.word());
        }
        for (var label : Label.values()) {
            groups.add("out:" + label.word());
        }
        groups.add("egress");
        tools.forEach(tool -> groups.addAll(of(tool)));
        return groups;
    }
}
