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
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What people write: Cedar files and the hand-written part of the schema, before compilation.
 *
 * @param files Cedar text by file name
 * @param stub the schema without tools; {@link SchemaGenerator} adds those
 * @param roles those that policies may name, or null where no list is at hand and any name goes; what is
 *     {@linkplain #read read} from a folder always has one
 */
public record PolicySources(
        SortedMap<String, String> files, String stub, @Nullable SortedSet<String> roles) {
    static final String STUB = "stub.cedarschema";
    static final String ROLES = "roles.txt";
    private static final String SUFFIX = ".cedar";
    private static final Pattern ROLE = Pattern.compile("[A-Za-z0-9_.:@/-]{1,128}");

    /** Twenty times what a set of 3,000 policies needs; a reviewer reads less. */
    static final int MAX_BYTES = 8 * 1024 * 1024;

    public PolicySources {
        files = Collections.unmodifiableSortedMap(new TreeMap<>(normalised(files)));
        stub = newlines(stub);
        roles = roles == null ? null : Collections.unmodifiableSortedSet(new TreeSet<>(roles));
    }

    /** Sources that come without a list of roles. */
    public PolicySources(SortedMap<String, String> files, String stub) {
        this(files, stub, null);
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
     * Every {@code *.cedar} file directly in {@code directory}, its {@code stub.cedarschema} and its {@code
     * roles.txt} (one role a line, {@code #} for comments); a directory without one uses the baseline's.
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
            var roles = directory.resolve(ROLES);
            return new PolicySources(
                    files,
                    Files.exists(stub) ? Files.readString(stub) : baseline().stub(),
                    Files.exists(roles) ? roles(Files.readString(roles)) : baseline().roles());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read policies in `" + directory + "`", e);
        }
    }

    private static SortedSet<String> roles(String text) {
        var roles = new TreeSet<String>();
        var number = 0;
        for (var line : text.lines().toList()) {
            number++;
            var role = line.replaceFirst("#.*", "").strip();
            if (role.isEmpty()) {
                continue;
            }
            if (!ROLE.matcher(role).matches()) {
                throw new InvalidPolicyException(
                        ROLES + ":" + number + ": is not one role: letters, digits and _.:@/-");
            }
            roles.add(role);
        }
        return roles;
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
