package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import dev.sluicegate.contract.ToolManifest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/** A place in the structured result whose label the manifest declares. */
record DeclaredField(List<String> segments, Label label) {
    private static final String ANY = "*";

    DeclaredField {
        segments = List.copyOf(segments);
    }

    static List<DeclaredField> of(ToolManifest manifest) {
        var fields = new ArrayList<DeclaredField>();
        manifest.out()
                .fields()
                .forEach((pointer, label) -> {
                    if (!pointer.startsWith("/")) {
                        throw new IllegalArgumentException(
                                "`" + pointer + "` in out.fields is not a JSON pointer");
                    }
                    var segments =
                            Arrays.stream(pointer.substring(1).split("/", -1))
                                    .map(s -> s.replace("~1", "/").replace("~0", "~"))
                                    .toList();
                    fields.add(new DeclaredField(segments, label));
                });
        return fields;
    }

    boolean matches(Deque<String> path) {
        if (path.size() != segments.size()) {
            return false;
        }
        var i = 0;
        for (var segment : path) {
            var wanted = segments.get(i++);
            if (!wanted.equals(ANY) && !wanted.equals(segment)) {
                return false;
            }
        }
        return true;
    }
}
