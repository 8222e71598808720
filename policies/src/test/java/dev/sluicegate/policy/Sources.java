package dev.sluicegate.policy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;

final class Sources {
    private Sources() {}

    /** Baseline and the policies for tools that do not ship yet. */
    static PolicySources all() {
        var files = new TreeMap<>(PolicySources.baseline().files());
        for (var file : java.util.List.of("runbooks.cedar", "export.cedar")) {
            files.put(file, text("unshipped/" + file));
        }
        return new PolicySources(files, PolicySources.baseline().stub());
    }

    /** One file with the baseline's stub. */
    static PolicySources of(String cedar) {
        var files = new TreeMap<String, String>();
        files.put("test.cedar", cedar);
        return new PolicySources(files, PolicySources.baseline().stub());
    }

    private static String text(String resource) {
        try {
            var url = Sources.class.getResource(resource);
            if (url == null) {
                throw new IllegalArgumentException("no test resource " + resource);
            }
            return Files.readString(Path.of(url.toURI()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
