package dev.sluicegate.infra;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** What a synthesis is made from, as one hash: a synthesis takes seconds, this takes milliseconds. */
final class Inputs {
    private Inputs() {}

    /** Over the context, our own classes, the names of the libraries, and every tool's manifest and handler. */
    static String fingerprint(Map<String, String> context, Path root) throws IOException {
        MessageDigest hash;
        try {
            hash = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
        add(hash, new TreeMap<>(context).toString());
        for (var entry : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
            var path = Path.of(entry);
            add(hash, String.valueOf(path.getFileName()));
            if (Files.isDirectory(path)) {
                tree(hash, path);
            } else if (Files.isRegularFile(path)
                    && path.toAbsolutePath().normalize().startsWith(absolute(root))) {
                hash.update(Files.readAllBytes(path));
            }
        }
        for (var tool : ToolSource.scan(root)) {
            add(hash, tool.handler());
            add(hash, tool.manifest().toJson().toString());
        }
        return HexFormat.of().formatHex(hash.digest());
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    private static void tree(MessageDigest hash, Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                add(hash, folder.relativize(file).toString());
                hash.update(Files.readAllBytes(file));
            }
        }
    }

    private static void add(MessageDigest hash, String text) {
        hash.update(text.getBytes(StandardCharsets.UTF_8));
        hash.update((byte) 0);
    }
}
