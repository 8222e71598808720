package dev.sluicegate.policy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What people write: Cedar files and the hand-written part of the schema, before compilation.
 *
 * @param files Cedar text by file name
 * @param stub the schema without tools; {@link SchemaGenerator} adds those
 */
public record PolicySources(SortedMap<String, String> files, String stub) {
    static final String STUB = "stub.cedarschema";
    private static final String SUFFIX = ".cedar";

    /** DynamoDB holds 400 KB an item, and a set's text is one item. */
    static final int MAX_BYTES = 300 * 1024;

    public PolicySources {
        files = Collections.unmodifiableSortedMap(new TreeMap<>(normalised(files)));
        stub = newlines(stub);
    }

    /** The policies that ship with the product, for the tools that ship with it. */
    public static PolicySources baseline() {
        var stub = PolicySources.class.getResource("baseline/" + STUB);
        if (stub == null) {
            throw new IllegalStateException("the baseline policies are not on the class path");
        }
        try {
            var uri = stub.toURI();
            if (!"jar".equals(uri.getScheme())) {
                return read(Path.of(uri).resolveSibling("."));
            }
            var jar = URI.create(uri.getSchemeSpecificPart().split("!", 2)[0]);
            var folder = "/" + PolicySources.class.getPackageName().replace('.', '/') + "/baseline";
            try (var files = FileSystems.newFileSystem(Path.of(jar))) {
                return read(files.getPath(folder));
            }
        } catch (URISyntaxException e) {
            throw new IllegalStateException("odd class path location " + stub, e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the baseline policies", e);
        }
    }

    /**
     * Every {@code *.cedar} file directly in {@code directory} and its {@code stub.cedarschema}; a
     * directory without one uses the baseline's.
     *
     * @throws InvalidPolicyException if there is no policy file, which would deny every call unasked
     */
    public static PolicySources read(Path directory) {
        var files = new TreeMap<String, String>();
        try (var entries = Files.list(directory)) {
            for (var file : entries.filter(f -> name(f).endsWith(SUFFIX)).toList()) {
                files.put(name(file), Files.readString(file));
            }
            if (files.isEmpty()) {
                throw new InvalidPolicyException("no *.cedar file in `" + directory + "`");
            }
            var stub = directory.resolve(STUB);
            return new PolicySources(
                    files, Files.exists(stub) ? Files.readString(stub) : baseline().stub());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read policies in `" + directory + "`", e);
        }
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static Map<String, String> normalised(Map<String, String> files) {
        var copy = new TreeMap<String, String>();
        files.forEach((name, text) -> copy.put(name, newlines(text)));
        return copy;
    }

    /** A checkout with other line ends is the same policy set. */
    private static String newlines(String text) {
        return text.replace("\r\n", "\n");
    }
}
