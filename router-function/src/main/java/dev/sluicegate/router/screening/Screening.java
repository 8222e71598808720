package dev.sluicegate.router.screening;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluicegate.contract.Label;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.KeyedDigest;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The one engine that arguments pass before the decision and results before release.
 *
 * <p>Hidden and bidirectional control characters are taken out everywhere. Beyond that:
 *
 * <ul>
 *   <li>In arguments, credentials and secrets are replaced, and a call that would carry one out of the
 *       company (a tool with {@code egress}) is blocked: nobody sends a key on purpose. Card numbers and
 *       IBANs stay, because a payment needs them; they are findings with a label, for policy to judge.
 *   <li>In results all of them are replaced, except where {@code out.fields} of the manifest gives that
 *       very place the label of the finding: declared data may pass, labelled.
 * </ul>
 *
 * <p>A replaced value becomes {@code [REDACTED:<type>:<8 hex>]}; the digits are keyed and the same for
 * the same value, so that a chain of calls stays intelligible. The work is linear in the size of the
 * input. Immutable and safe for use by several threads.
 */
public final class Screening {
    /** Above what an MCP client can sensibly send; the front door's own limit is larger. */
    static final int MAX_ARGUMENT_BYTES = 1_048_576;

    /** An error is one message for a model, not a channel for data. */
    static final int MAX_ERROR_CHARACTERS = 4_000;

    /** One key; longer ones are data that should be values. */
    static final int MAX_KEY_CHARACTERS = 1_024;

    private static final Set<Label> FROM_ARGUMENTS = EnumSet.of(Label.SECRET, Label.CREDENTIAL);
    private static final Set<Label> FROM_RESULTS =
            EnumSet.of(Label.SECRET, Label.CREDENTIAL, Label.FINANCIAL, Label.PII);

    private final KeyedDigest digest;
    private final Detectors detectors;
    private final Inspection.Limits most;

    /**
     * With the detectors of a plain configuration.
     *
     * @param digest keys the fingerprints of what is found
     */
    public Screening(KeyedDigest digest) {
        this(digest, Detectors.STANDARD);
    }

    /**
     * @param digest keys the fingerprints of what is found
     */
    public Screening(KeyedDigest digest, Detectors detectors) {
        this(digest, detectors, Inspection.Limits.STANDARD);
    }

    Screening(KeyedDigest digest, Detectors detectors, Inspection.Limits most) {
        this.digest = digest;
        this.detectors = detectors;
        this.most = most;
    }

    /** Screens the arguments of a call; from here on all stages see what this returns. */
    public ScreenedArguments screenArguments(ToolManifest manifest, ObjectNode arguments) {
        var limit = limit(arguments, "/args");
        if (limit != null) {
            return new ScreenedArguments.Blocked(List.of(limit), "the arguments " + rule(limit));
        }
        var inspection =
                new Inspection(detectors.ofArguments(), digest, FROM_ARGUMENTS, Set.of(), most);
        JsonNode screened;
        try {
            screened = inspection.json(arguments, "/args", List.of());
        } catch (Inspection.LimitExceededException e) {
            return new ScreenedArguments.Blocked(
                    with(inspection.findings(), "/args", e.type()),
                    "the arguments " + exceeded(e.type()));
        }
        if (inspection.renamed()) {
            // the schema and its defaults saw another name: under its new one the value is
            // unchecked
            return new ScreenedArguments.Blocked(
                    inspection.findings(), "the arguments have a name that may not pass");
        }
        // after cleaning, so that a lone surrogate is a finding and not an error
        var size = canonicalBytes(screened);
        if (size < 0) {
            return new ScreenedArguments.Blocked(
                    with(inspection.findings(), "/args", "not_canonical"),
                    "the arguments hold a number that does not survive as an IEEE double");
        }
        if (size > MAX_ARGUMENT_BYTES) {
            return new ScreenedArguments.Blocked(
                    with(inspection.findings(), "/args", "bytes"),
                    "the arguments are larger than " + MAX_ARGUMENT_BYTES + " bytes");
        }
        if (manifest.egress()) {
            for (var finding : inspection.findings()) {
                var label = finding.label();
                if (label != null && FROM_ARGUMENTS.contains(label)) {
                    return new ScreenedArguments.Blocked(
                            inspection.findings(),
                            "the arguments hold a value of type `"
                                    + finding.type()
                                    + "` at `"
                                    + finding.at()
                                    + "`, which may not leave");
                }
            }
        }
        return new ScreenedArguments.Passed((ObjectNode) screened, inspection.findings());
    }

    /** Whether nothing at all is found in a text that belongs to no call; false also when it is too much. */
    public boolean isPlain(String text) {
        var inspection =
                new Inspection(detectors.ofResults(), digest, FROM_RESULTS, Set.of(), most);
        try {
            inspection.json(TextNode.valueOf(text), "", List.of());
        } catch (Inspection.LimitExceededException e) {
            return false;
        }
        return inspection.findings().isEmpty();
    }

    /**
     * Screens what a tool returned.
     *
     * @param structured the structured result, or null
     * @param content MCP content blocks, or null
     * @param error text of a failure, or null
     */
    public ScreenedResult screenResult(
            ToolManifest manifest,
            @Nullable JsonNode structured,
            @Nullable ArrayNode content,
            @Nullable String error) {
        var limits = manifest.limits();
        for (var part :
                new Part[] {
                    new Part("/result/structuredContent", structured),
                    new Part("/result/content", content)
                }) {
            var limit = part.node() == null ? null : limit(part.node(), part.at());
            if (limit != null) {
                return new ScreenedResult.Blocked(List.of(limit), "the result " + rule(limit));
            }
        }
        var inspection =
                new Inspection(detectors.ofResults(), digest, FROM_RESULTS, detectors.kept(), most);
        JsonNode screened = null;
        ArrayNode blocks = null;
        String message = null;
        try {
            if (structured != null) {
                screened =
                        inspection.json(
                                structured,
                                "/result/structuredContent",
                                DeclaredField.of(manifest));
            }
            if (content != null) {
                blocks = content.arrayNode(content.size());
                for (var i = 0; i < content.size(); i++) { // blocks are no rows
                    blocks.add(inspection.json(content.get(i), "/result/content/" + i, List.of()));
                }
            }
            if (error != null) {
                message = shortened(inspection.text(error, "/result/error"));
            }
            if (inspection.rows() > limits.rows()) {
                return new ScreenedResult.Blocked(
                        with(inspection.findings(), "/result", "rows"),
                        "the result has more than " + limits.rows() + " rows; ask for less");
            }
        } catch (Inspection.LimitExceededException e) {
            return new ScreenedResult.Blocked(
                    with(inspection.findings(), "/result", e.type()),
                    "the result " + exceeded(e.type()) + "; ask for less");
        }
        long bytes = message == null ? 0 : message.getBytes(StandardCharsets.UTF_8).length;
        for (var part : new JsonNode[] {screened, blocks}) {
            var size = part == null ? 0 : canonicalBytes(part);
            if (size < 0) {
                return new ScreenedResult.Blocked(
                        with(inspection.findings(), "/result", "not_canonical"),
                        "the result holds a number that does not survive as an IEEE double");
            }
            bytes += size;
        }
        if (bytes > limits.resultBytes()) {
            return new ScreenedResult.Blocked(
                    with(inspection.findings(), "/result", "bytes"),
                    "the result is larger than " + limits.resultBytes() + " bytes; ask for less");
        }
        var returned = isPresent(screened) || (blocks != null && !blocks.isEmpty());
        Set<Label> labels = EnumSet.noneOf(Label.class);
        labels.addAll(inspection.labels());
        if (returned) {
            labels.addAll(manifest.out().labels());
        }
        return new ScreenedResult.Passed(
                screened,
                blocks,
                message,
                inspection.findings(),
                labels,
                returned ? Math.max(1, inspection.rows()) : 0);
    }

    private record Part(String at, @Nullable JsonNode node) {}

    private static boolean isPresent(@Nullable JsonNode node) {
        return node != null && !node.isNull() && !(node.isContainerNode() && node.isEmpty());
    }

    /** A limit that the walk itself relies on, or null when all hold. */
    private static @Nullable Finding limit(JsonNode node, String at) {
        if (StrictJson.depth(node) > StrictJson.MAX_DEPTH) {
            return finding(at, "depth");
        }
        return hasLongKey(node) ? finding(at, "key_length") : null;
    }

    private static String rule(Finding limit) {
        return switch (limit.type()) {
            case "depth" -> "is nested more than " + StrictJson.MAX_DEPTH + " levels deep";
            case "key_length" -> "has a key of more than " + MAX_KEY_CHARACTERS + " characters";
            default -> throw new IllegalArgumentException("no limit `" + limit.type() + "`");
        };
    }

    private static String exceeded(String limit) {
        return switch (limit) {
            case "findings" -> "would carry more values that may not pass than can be recorded";
            case "decoded" -> "would carry more encoded text than can be screened";
            case "work" -> "would take too long to screen";
            default -> throw new IllegalArgumentException("no limit `" + limit + "`");
        };
    }

    private static boolean hasLongKey(JsonNode node) {
        for (var names = node.fieldNames(); names.hasNext(); ) {
            if (names.next().length() > MAX_KEY_CHARACTERS) {
                return true;
            }
        }
        for (var child : node) {
            if (child.isContainerNode() && hasLongKey(child)) {
                return true;
            }
        }
        return false;
    }

    private static Finding finding(String at, String type) {
        return new Finding(at, type, 1, null, null);
    }

    private static List<Finding> with(List<Finding> findings, String at, String type) {
        var all = new ArrayList<Finding>();
        all.add(finding(at, type)); // first, so that a record that keeps some keeps this one
        all.addAll(findings);
        return all;
    }

    /** Length of the canonical form in UTF-8, or -1 when there is none. */
    private static long canonicalBytes(JsonNode node) {
        try {
            return CanonicalJson.bytes(node).length;
        } catch (NotCanonicalException e) {
            return -1;
        }
    }

    private static String shortened(String message) {
        if (message.length() <= MAX_ERROR_CHARACTERS) {
            return message;
        }
        var end =
                Character.isHighSurrogate(message.charAt(MAX_ERROR_CHARACTERS - 1))
                        ? MAX_ERROR_CHARACTERS - 1
                        : MAX_ERROR_CHARACTERS;
        return message.substring(0, end) + "…";
    }
}
