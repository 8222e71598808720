package dev.sluicegate.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Changes of outcome that somebody has looked at and wants: a YAML list of {@code tool, from, to, policy?,
 * until, why, by}. Each stands for flips of one tool from one outcome to one other, and ends.
 */
record Acknowledgements(List<Entry> entries) {
    private static final Set<String> NAMES =
            Set.of("tool", "from", "to", "policy", "until", "why", "by");
    private static final Set<String> OUTCOMES =
            Set.of(
                    "permit",
                    "deny",
                    "needs_step_up",
                    "needs_approval",
                    "needs_step_up_and_approval");
    private static final int MAX_BYTES = 1024 * 1024;

    static final Acknowledgements NONE = new Acknowledgements(List.of());

    private static final YAMLMapper YAML =
            YAMLMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    Acknowledgements {
        entries = List.copyOf(entries);
    }

    /**
     * @param number position in the file, from 1
     * @param policy one of the policies that decided, before or after; null for any
     * @param until when it ends
     */
    record Entry(
            int number,
            String tool,
            String from,
            String to,
            @Nullable String policy,
            Instant until,
            String why,
            String by) {
        boolean expired(Instant now) {
            return !now.isBefore(until);
        }

        boolean covers(Flips.Flip flip) {
            return tool.equals(flip.tool())
                    && from.equals(flip.from())
                    && to.equals(flip.to())
                    && (policy == null || flip.policies().contains(policy));
        }
    }

    /** Whether an entry that has not ended covers this flip. */
    boolean cover(Flips.Flip flip, Instant now) {
        return entries.stream().anyMatch(entry -> !entry.expired(now) && entry.covers(flip));
    }

    /**
     * @throws CommandFailedException if the file is not such a list; says which entry and why
     */
    static Acknowledgements read(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw malformed(file, "is larger than " + MAX_BYTES + " bytes");
            }
            var list = YAML.readTree(Files.readAllBytes(file));
            if (list == null || list.isMissingNode() || list.isNull()) {
                return NONE;
            }
            if (!list.isArray()) {
                throw malformed(file, "is not a list");
            }
            var entries = new ArrayList<Entry>();
            for (var entry : list) {
                entries.add(entry(file, entries.size() + 1, entry));
            }
            return new Acknowledgements(entries);
        } catch (JsonProcessingException e) {
            var place = e.getLocation();
            throw malformed(
                    file,
                    (place == null ? "" : "line " + place.getLineNr() + ": ") + "is not YAML");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read `" + file + "`", e);
        }
    }

    private static Entry entry(Path file, int number, JsonNode json) {
        if (!json.isObject()) {
            throw malformed(file, "entry " + number + " is not a mapping");
        }
        for (var field : json.properties()) {
            if (!NAMES.contains(field.getKey())) {
                throw malformed(
                        file, "entry " + number + " has an unknown key `" + field.getKey() + "`");
            }
        }
        var from = need(file, number, json, "from");
        var to = need(file, number, json, "to");
        for (var outcome : List.of(from, to)) {
            if (!OUTCOMES.contains(outcome.replaceFirst("\\([^()]*\\)$", ""))) {
                throw malformed(file, "entry " + number + ": `" + outcome + "` is not an outcome");
            }
        }
        return new Entry(
                number,
                need(file, number, json, "tool"),
                from,
                to,
                json.has("policy") ? need(file, number, json, "policy") : null,
                until(file, number, need(file, number, json, "until")),
                need(file, number, json, "why"),
                need(file, number, json, "by"));
    }

    private static String need(Path file, int number, JsonNode json, String name) {
        var value = json.path(name);
        if (!value.isTextual() || value.textValue().isBlank()) {
            throw malformed(file, "entry " + number + " needs a text for `" + name + "`");
        }
        return value.textValue();
    }

    /** A day counts to its end, UTC. */
    private static Instant until(Path file, int number, String text) {
        try {
            return text.length() == "2026-11-24".length()
                    ? LocalDate.parse(text).plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : Instant.parse(text);
        } catch (DateTimeException e) {
            throw malformed(
                    file,
                    "entry "
                            + number
                            + ": until `"
                            + text
                            + "` is neither a day such as 2026-12-01 nor a time such as"
                            + " 2026-12-01T12:00:00Z");
        }
    }

    private static CommandFailedException malformed(Path file, String what) {
        return new CommandFailedException(ExitCode.USAGE, "`" + file + "` " + what);
    }
}
