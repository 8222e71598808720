package dev.sluicegate.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Cedar from a table of roles and tools: one permit for each pair, with an id and a reason. */
public final class RolePolicies {
    private static final Pattern ROLE = Pattern.compile("[A-Za-z0-9_.:@/-]{1,128}");
    private static final Pattern NOT_OF_IDS = Pattern.compile("[^A-Za-z0-9._-]");
    private static final int MAX_ID = 128;

    private RolePolicies() {}

    /**
     * One cell of the table.
     *
     * @param approver role that must approve each call, or null
     */
    public record Grant(String role, String tool, @Nullable String approver) {
        public Grant {
            for (var name : approver == null ? List.of(role) : List.of(role, approver)) {
                if (!ROLE.matcher(name).matches()) {
                    throw new IllegalArgumentException(
                            "role `" + name + "` is not 1 to 128 letters, digits or _.:@/-");
                }
            }
        }
    }

    /**
     * The text of a policy file.
     *
     * @param from what the table is called, for the comment at the top
     */
    public static String cedar(String from, List<Grant> grants) {
        var text = new StringBuilder();
        text.append("// From the table of roles and tools ")
                .append(from.replaceAll("\\R", " "))
                .append(".\n");
        var ids = new HashSet<String>();
        for (var grant : grants) {
            text.append('\n');
            policy(grant, id(grant, ids)).forEach(line -> text.append(line).append('\n'));
        }
        return text.toString();
    }

    private static List<String> policy(Grant grant, String id) {
        var approver = grant.approver();
        var lines = new ArrayList<String>();
        lines.add("@id(" + Cedar.quoted(id) + ")");
        lines.add(
                "@reason("
                        + Cedar.quoted(
                                "The role "
                                        + grant.role()
                                        + " may use "
                                        + grant.tool()
                                        + (approver == null
                                                ? ""
                                                : " when " + approver + " approves"))
                        + ")");
        if (approver != null) {
            lines.add("@approver(" + Cedar.quoted(Cedar.ROLE_TYPE + "::" + approver) + ")");
        }
        var scope =
                "permit (principal in "
                        + Cedar.ROLE_TYPE
                        + "::"
                        + Cedar.quoted(grant.role())
                        + ", action == "
                        + Cedar.ACTION_TYPE
                        + "::"
                        + Cedar.quoted(grant.tool())
                        + ", resource)";
        if (approver == null) {
            lines.add(scope + ";");
        } else {
            lines.add(scope);
            lines.add("when { context.approval.granted };");
        }
        return lines;
    }

    /** Two roles may look alike once what an id cannot hold is replaced. */
    private static String id(Grant grant, Set<String> taken) {
        var plain = NOT_OF_IDS.matcher("rbac-" + grant.role() + "-" + grant.tool()).replaceAll("-");
        var base = plain.length() > MAX_ID - 4 ? plain.substring(0, MAX_ID - 4) : plain;
        var id = base;
        for (var number = 2; !taken.add(id.toLowerCase(Locale.ROOT)); number++) {
            id = base + "-" + number;
        }
        return id;
    }
}
