package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import dev.sluicegate.record.KeyedDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Set;

/**
 * The texts of one inspection: replaces what the detectors find, until nothing is left to replace, and
 * counts what that costs. Remembers a private key that goes on in the next text.
 */
final class TextInspection {
    /** Leaves over which a private key may be spread, one line each. */
    private static final int MAX_KEY_LINES = 400;

    /** Nothing that a detector knows is shorter. */
    private static final int MIN_LENGTH = 3;

    /** What is hidden below two encodings is hidden on purpose, and no tool reads it either. */
    private static final int MAX_DECODED = 2;

    /** Replacing can bring parts together; what does not come to rest soon was built not to. */
    private static final int MAX_ROUNDS = 6;

    private static final int MIN_KEY_LINE = 16;

    /** What is done with a text that comes out of an encoding. */
    interface Decoded {
        void inspect(String text, Place place);
    }

    private final Scanner scanner;
    private final KeyedDigest digest;
    private final Set<Label> removed;
    private final Set<String> kept;
    private final Inspection.Limits limits;
    private final Findings findings;
    private final Decoded inner;
    private int keyLines;
    private long replaced;
    private String replacedType = "";
    private Label replacedLabel = Label.SECRET;
    private long decoded;
    private long work;
    private boolean again;

    TextInspection(
            Scanner scanner,
            KeyedDigest digest,
            Set<Label> removed,
            Set<String> kept,
            Inspection.Limits limits,
            Findings findings,
            Decoded inner) {
        this.scanner = scanner;
        this.digest = digest;
        this.removed = removed;
        this.kept = kept;
        this.limits = limits;
        this.findings = findings;
        this.inner = inner;
    }

    /** Characters that were looked at, each time again. */
    long work() {
        return work;
    }

    /** Whether a private key began in an earlier text and has not ended. */
    boolean keyOpen() {
        return keyLines > 0;
    }

    /** Scans a value that may be one line of a private key that began in an earlier leaf. */
    String line(String text, Place place) {
        if (keyLines > 0) {
            keyLines--;
            if (text.contains("END")) {
                keyLines = 0;
            }
            if (isKeyLine(text) && isRemoved(PrivateKey.TYPE, Label.SECRET, place)) {
                return whole(text, place, PrivateKey.TYPE, Label.SECRET);
            }
        }
        return scan(text, place);
    }

    /** Replaces until nothing is left to replace, so that screening again would change nothing. */
    String scan(String text, Place place) {
        if (text.length() < MIN_LENGTH) {
            return text;
        }
        var before = again;
        var current = text;
        for (var round = 0; round < MAX_ROUNDS; round++) {
            var next = round(current, place);
            if (next.equals(current)) {
                again = before;
                return next;
            }
            current = next;
            again = true;
        }
        again = before;
        return whole(text, place, "unstable_text", Label.SECRET);
    }

    private String round(String text, Place place) {
        var leaf = Leaf.of(place.context(), text);
        var spans = scanner.scan(leaf);
        if (leaf.keyOpen()) {
            keyLines = MAX_KEY_LINES;
        }
        var near = AwsSecretKey.near(leaf, spans, place.nearKeyId());
        if (!near.isEmpty()) {
            spans = new ArrayList<>(spans);
            spans.addAll(near);
            spans.sort(Comparator.comparingInt(Span::start));
        }
        worked(leaf.work() + text.length());
        if (spans.isEmpty()) {
            return decoded(text, place);
        }
        var out = new StringBuilder(text.length());
        var from = 0;
        for (var span : spans) {
            if (place.declared().contains(span.label())) {
                continue; // declared data, labelled by its field
            }
            var start = span.start() - leaf.offset();
            if (start < from) {
                continue;
            }
            if (isRemoved(span.type(), span.label(), place)) {
                out.append(text, from, start).append(tag(span, place));
                from = span.end() - leaf.offset();
            } else if (!again) {
                findings.add(
                        place, span.type(), 1, span.label(), digest.fingerprint(span.identity()));
            }
        }
        return from == 0 ? decoded(text, place) : out.append(text, from, text.length()).toString();
    }

    private String tag(Span span, Place place) {
        return whole(span.identity(), place, span.type(), span.label());
    }

    /** What is written in another way: found inside, it is replaced as a whole. */
    private String decoded(String text, Place place) {
        if (place.decoded() >= MAX_DECODED) {
            return text;
        }
        var blobs = EncodedText.in(text);
        if (blobs.isEmpty()) {
            return text;
        }
        var out = new StringBuilder();
        var from = 0;
        for (var blob : blobs) {
            decoded += blob.text().length();
            worked(blob.text().length());
            if (decoded > limits.decoded()) {
                throw new Inspection.LimitExceededException("decoded");
            }
            var before = replaced;
            inner.inspect(blob.text(), place.behindEncoding());
            if (replaced > before) {
                out.append(text, from, blob.start());
                out.append(
                        whole(
                                text.substring(blob.start(), blob.end()),
                                place,
                                replacedType,
                                replacedLabel));
                from = blob.end();
            }
        }
        return from == 0 ? text : out.append(text, from, text.length()).toString();
    }

    private void worked(long characters) {
        work += characters;
        if (work > limits.work()) {
            throw new Inspection.LimitExceededException("work");
        }
    }

    private static boolean isKeyLine(String text) {
        var line = text.strip();
        if (line.length() < MIN_KEY_LINE && !line.endsWith("=")) {
            return false;
        }
        for (var i = 0; i < line.length(); i++) {
            if (!Alphabet.BASE64_PADDED.holds(line.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    boolean isRemoved(String type, Label label, Place place) {
        return removed.contains(label) && !kept.contains(type) && !place.declared().contains(label);
    }

    /** The tag that stands for the whole of {@code value}. */
    String whole(String value, Place place, String type, Label label) {
        var fingerprint = digest.fingerprint(value);
        findings.add(place, type, 1, label, fingerprint);
        replaced++;
        replacedType = type;
        replacedLabel = label;
        return ReplacedValue.tag(type, fingerprint);
    }
}
