package dev.sluicegate.audit.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A text and signatures below it.
 *
 * @param text ends with a line feed
 * @see <a href="https://c2sp.org/signed-note">signed-note</a>
 */
public record SignedNote(String text, List<Line> signatures) {
    /** A note has few signatures: the log's and those of witnesses. */
    private static final int MAX_SIGNATURES = 64;

    private static final String START = "— "; // em dash and space

    public SignedNote {
        if (!text.endsWith("\n")) {
            throw new IllegalArgumentException("the text of a note ends with a line feed");
        }
        signatures = List.copyOf(signatures);
    }

    /**
     * One signature.
     *
     * @param name of the key
     * @param bytes key id and signature
     */
    public record Line(String name, byte[] bytes) {
        String text() {
            return START + name + " " + Base64.getEncoder().encodeToString(bytes) + "\n";
        }
    }

    /**
     * @param key of {@code signer}, with the name it signs under
     */
    static SignedNote sign(String text, NoteKey key, CheckpointSigner signer) {
        var id = key.id();
        var signature = signer.sign(text.getBytes(StandardCharsets.UTF_8));
        var bytes = Arrays.copyOf(id, id.length + signature.length);
        System.arraycopy(signature, 0, bytes, id.length, signature.length);
        return new SignedNote(text, List.of(new Line(key.name(), bytes)));
    }

    public byte[] bytes() {
        var out = new StringBuilder(text).append('\n');
        signatures.forEach(line -> out.append(line.text()));
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * @throws IllegalArgumentException if the bytes are no signed note
     */
    public static SignedNote parse(byte[] bytes) {
        var whole = new String(bytes, StandardCharsets.UTF_8);
        var gap = whole.lastIndexOf("\n\n");
        if (gap < 0 || !whole.endsWith("\n")) {
            throw new IllegalArgumentException("not a signed note");
        }
        var lines = new ArrayList<Line>();
        for (var line : whole.substring(gap + 2).lines().toList()) {
            var space = line.lastIndexOf(' ');
            if (!line.startsWith(START)
                    || space <= START.length()
                    || lines.size() == MAX_SIGNATURES) {
                throw new IllegalArgumentException("not a signature line");
            }
            lines.add(
                    new Line(
                            line.substring(START.length(), space),
                            Base64.getDecoder().decode(line.substring(space + 1))));
        }
        return new SignedNote(whole.substring(0, gap + 1), lines);
    }

    /** Whether {@code key} has signed it; signatures by others say nothing. */
    public boolean isSignedBy(NoteKey key) {
        for (var line : signatures) {
            if (line.name().equals(key.name())
                    && line.bytes().length > NoteKey.ID_BYTES
                    && Arrays.equals(Arrays.copyOf(line.bytes(), NoteKey.ID_BYTES), key.id())) {
                return key.verifies(
                        text.getBytes(StandardCharsets.UTF_8),
                        Arrays.copyOfRange(line.bytes(), NoteKey.ID_BYTES, line.bytes().length));
            }
        }
        return false;
    }
}
