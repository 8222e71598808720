package dev.sluicegate.router.policy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.policy.InvalidPolicyException;
import dev.sluicegate.policy.PolicySet;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.NotCanonicalException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Layout of the policy table. Sets and catalogues are content-addressed; only the head ever changes. */
final class PolicyItems {
    static final String HEAD = "head";
    static final String INDEX = "index";
    static final String SLICE = "slice#";
    static final String SHADOW = "shadow#";
    static final String FILE = "file#";
    static final String STUB = "stub#";
    static final String ROLES = "roles#";
    static final String SCHEMA = "schema#";
    static final String RECEIPTS = "receipts#";
    static final String PROPOSAL = "proposal";
    static final String LOG = "log";
    static final String TOOL = "tool#";

    /** DynamoDB refuses items above 400 KB; names and numbers count too. */
    private static final int MAX_ITEM_BYTES = 380 * 1024;

    /** Characters or bytes of a part: 270 KB of UTF-8 at most. */
    private static final int CHUNK = 90_000;

    private PolicyItems() {}

    /**
     * What is in force.
     *
     * @param catalogue {@code sha256:<hex>} of the catalogue
     * @param shadow {@code sha256:<hex>} of a set that is evaluated and not enforced, or null
     */
    record Head(
            String set,
            long version,
            String catalogue,
            @Nullable String shadow,
            Instant publishedAt,
            String by) {
        Proposal.Content content() {
            return new Proposal.Content(set, catalogue, shadow);
        }

        Map<String, AttributeValue> item() {
            var item = key(HEAD, HEAD);
            item.put("set", text(set));
            item.put("version", AttributeValue.fromN(Long.toString(version)));
            item.put("catalogue", text(catalogue));
            putText(item, "shadow", shadow);
            item.put("publishedAt", text(publishedAt.toString()));
            item.put("by", text(by));
            return item;
        }

        /** Moves the head from where it was read. */
        static ConditionalPut move(Head to, long from) {
            return from == 0
                    ? ConditionalPut.absent(to.item())
                    : new ConditionalPut(
                            to.item(), "version", AttributeValue.fromN(Long.toString(from)));
        }

        /**
         * @throws IllegalStateException if the item lacks a part
         */
        static Optional<Head> read(Map<String, AttributeValue> item) {
            return item.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            new Head(
                                    string(item, "set"),
                                    Long.parseLong(number(item, "version")),
                                    string(item, "catalogue"),
                                    textOrNull(item, "shadow"),
                                    Instant.parse(string(item, "publishedAt")),
                                    string(item, "by")));
        }
    }

    static String setKey(String set) {
        return "set#" + set;
    }

    static String catalogueKey(String catalogue) {
        return "catalogue#" + catalogue;
    }

    /**
     * Parts first, the index last: a set with its index is complete. Text that people wrote is stored as
     * text, what can be made again is compressed.
     */
    static List<Map<String, AttributeValue>> set(PolicySet set) {
        var items = new ArrayList<Map<String, AttributeValue>>();
        var pk = setKey(set.id());
        set.slices().forEach((tool, slice) -> items.add(json(pk, SLICE + tool, slice.toJson())));
        set.shadows().forEach((tool, slice) -> items.add(json(pk, SHADOW + tool, slice.toJson())));
        var sources = set.sources();
        sources.files().forEach((name, cedar) -> items.addAll(text(pk, FILE + name + "#", cedar)));
        items.addAll(text(pk, STUB, sources.stub()));
        if (sources.roles() != null) {
            items.addAll(text(pk, ROLES, String.join("\n", sources.roles())));
        }
        items.addAll(compressed(pk, SCHEMA, set.schema()));
        items.addAll(compressed(pk, RECEIPTS, set.receipts().toJson()));
        items.add(json(pk, INDEX, CanonicalJson.string(set.index())));
        items.forEach(PolicyItems::checkSize);
        return items;
    }

    private static Map<String, AttributeValue> json(String pk, String sk, String json) {
        var item = key(pk, sk);
        item.put("json", text(json));
        return item;
    }

    private static List<Map<String, AttributeValue>> text(String pk, String sk, String whole) {
        var items = new ArrayList<Map<String, AttributeValue>>();
        for (var at = 0; at == 0 || at < whole.length(); ) {
            var end = Math.min(whole.length(), at + CHUNK);
            if (end < whole.length() && Character.isHighSurrogate(whole.charAt(end - 1))) {
                end--;
            }
            var item = key(pk, sk + number(items.size()));
            item.put("text", text(whole.substring(at, end)));
            items.add(item);
            at = Math.max(end, 1);
        }
        return items;
    }

    private static List<Map<String, AttributeValue>> compressed(
            String pk, String sk, String whole) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(bytes)) {
            zip.write(whole.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var all = bytes.toByteArray();
        var items = new ArrayList<Map<String, AttributeValue>>();
        for (var at = 0; at < all.length; at += CHUNK) {
            var item = key(pk, sk + number(items.size()));
            var part = Arrays.copyOfRange(all, at, Math.min(all.length, at + CHUNK));
            item.put("zip", AttributeValue.fromB(SdkBytes.fromByteArray(part)));
            items.add(item);
        }
        return items;
    }

    private static String number(int chunk) {
        return "%05d".formatted(chunk);
    }

    /** The text of chunks, in order. */
    static String text(List<Map<String, AttributeValue>> chunks) {
        var text = new StringBuilder();
        chunks.forEach(chunk -> text.append(string(chunk, "text")));
        return text.toString();
    }

    /**
     * @throws IllegalStateException if the chunks are not compressed text
     */
    static String unzipped(List<Map<String, AttributeValue>> chunks) {
        var bytes = new ByteArrayOutputStream();
        for (var chunk : chunks) {
            var zip = chunk.get("zip");
            if (zip == null || zip.b() == null) {
                throw new IllegalStateException("an item of the policy table has no zip");
            }
            bytes.writeBytes(zip.b().asByteArray());
        }
        try (var unzip = new GZIPInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return new String(unzip.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("an item of the policy table is damaged", e);
        }
    }

    /** Name of the file that {@code item} is a chunk of. */
    static String file(Map<String, AttributeValue> item) {
        var sk = string(item, "sk");
        return sk.substring(FILE.length(), sk.lastIndexOf('#'));
    }

    /** Tool of the slice that {@code item} is. */
    static String sliced(Map<String, AttributeValue> item) {
        return string(item, "sk").substring(SLICE.length());
    }

    static String json(Map<String, AttributeValue> item) {
        return string(item, "json");
    }

    static Map<String, AttributeValue> proposal(Proposal proposal) {
        var item = key(PROPOSAL, proposalKey(proposal.id()));
        content(item, proposal.content());
        item.put("base", AttributeValue.fromN(Long.toString(proposal.base())));
        item.put("rollbackTo", AttributeValue.fromN(Long.toString(proposal.rollbackTo())));
        item.put("state", text(proposal.state().name()));
        item.put("by", text(proposal.by()));
        putText(item, "byPerson", proposal.byPerson());
        item.put("at", text(proposal.at().toString()));
        putText(item, "reviewer", proposal.reviewer());
        var reviewedAt = proposal.reviewedAt();
        putText(item, "reviewedAt", reviewedAt == null ? null : reviewedAt.toString());
        putText(item, "note", proposal.note());
        changes(item, proposal.changes());
        return item;
    }

    static Proposal proposal(Map<String, AttributeValue> item) {
        var reviewedAt = textOrNull(item, "reviewedAt");
        return new Proposal(
                string(item, "sk").substring(proposalKey("").length()),
                content(item),
                Long.parseLong(number(item, "base")),
                Long.parseLong(number(item, "rollbackTo")),
                Proposal.State.valueOf(string(item, "state")),
                string(item, "by"),
                textOrNull(item, "byPerson"),
                Instant.parse(string(item, "at")),
                textOrNull(item, "reviewer"),
                reviewedAt == null ? null : Instant.parse(reviewedAt),
                textOrNull(item, "note"),
                changes(item));
    }

    static String proposalKey(String id) {
        return "p#" + id;
    }

    static String logKey(long version) {
        return "v#%012d".formatted(version);
    }

    static Map<String, AttributeValue> publication(Publication publication) {
        var item = key(LOG, logKey(publication.version()));
        item.put("version", AttributeValue.fromN(Long.toString(publication.version())));
        content(item, publication.content());
        item.put("publishedAt", text(publication.publishedAt().toString()));
        item.put("by", text(publication.by()));
        putText(item, "reviewer", publication.reviewer());
        item.put("releasedBy", text(publication.releasedBy()));
        item.put("rollbackTo", AttributeValue.fromN(Long.toString(publication.rollbackTo())));
        putText(item, "proposal", publication.proposal());
        changes(item, publication.changes());
        return item;
    }

    static Publication publication(Map<String, AttributeValue> item) {
        return new Publication(
                Long.parseLong(number(item, "version")),
                content(item),
                Instant.parse(string(item, "publishedAt")),
                string(item, "by"),
                textOrNull(item, "reviewer"),
                string(item, "releasedBy"),
                Long.parseLong(number(item, "rollbackTo")),
                textOrNull(item, "proposal"),
                changes(item));
    }

    private static void content(Map<String, AttributeValue> item, Proposal.Content content) {
        item.put("set", text(content.set()));
        item.put("catalogue", text(content.catalogue()));
        putText(item, "shadow", content.shadow());
    }

    private static Proposal.Content content(Map<String, AttributeValue> item) {
        return new Proposal.Content(
                string(item, "set"), string(item, "catalogue"), textOrNull(item, "shadow"));
    }

    private static void changes(Map<String, AttributeValue> item, PolicyChanges changes) {
        item.put("added", list(changes.added()));
        item.put("removed", list(changes.removed()));
        item.put("changed", list(changes.changed()));
        item.put("others", list(changes.others()));
    }

    private static PolicyChanges changes(Map<String, AttributeValue> item) {
        return new PolicyChanges(
                list(item.get("added")),
                list(item.get("removed")),
                list(item.get("changed")),
                list(item.get("others")));
    }

    private static AttributeValue list(List<String> words) {
        return AttributeValue.fromL(words.stream().map(PolicyItems::text).toList());
    }

    private static List<String> list(@Nullable AttributeValue words) {
        return words == null ? List.of() : words.l().stream().map(AttributeValue::s).toList();
    }

    private static void putText(
            Map<String, AttributeValue> item, String name, @Nullable String value) {
        if (value != null) {
            item.put(name, text(value));
        }
    }

    private static @Nullable String textOrNull(Map<String, AttributeValue> item, String name) {
        var value = item.get(name);
        return value == null ? null : value.s();
    }

    /** {@code sha256:<hex>} over every tool as it is published, in any order. */
    static String catalogueSha(List<CataloguedTool> tools) {
        var catalogue = JsonNodeFactory.instance.objectNode();
        for (var tool : tools) {
            var entry = catalogue.putObject(tool.name());
            entry.set("manifest", tool.manifest().toJson());
            entry.put("functionArn", tool.functionArn());
            entry.put("dataRoleArn", tool.dataRoleArn());
            entry.put("grantSecretId", tool.grantSecretId());
            entry.put("codeSha", tool.codeSha());
        }
        if (catalogue.size() != tools.size()) {
            throw new InvalidPolicyException(List.of("two tools have one name"));
        }
        try {
            return CanonicalJson.sha256(catalogue);
        } catch (NotCanonicalException e) {
            throw new InvalidPolicyException(
                    List.of("a manifest has no canonical form: " + e.getMessage()));
        }
    }

    static List<Map<String, AttributeValue>> catalogue(String sha, List<CataloguedTool> tools) {
        var items = new ArrayList<Map<String, AttributeValue>>();
        for (var tool : tools) {
            var item = key(catalogueKey(sha), TOOL + tool.name());
            item.put("manifest", text(tool.manifest().toJson().toString()));
            item.put("functionArn", text(tool.functionArn()));
            if (tool.dataRoleArn() != null) {
                item.put("dataRoleArn", text(tool.dataRoleArn()));
            }
            item.put("grantSecretId", text(tool.grantSecretId()));
            item.put("codeSha", text(tool.codeSha()));
            checkSize(item);
            items.add(item);
        }
        return items;
    }

    static List<CataloguedTool> catalogue(List<Map<String, AttributeValue>> items) {
        return items.stream()
                .map(PolicyItems::tool)
                .sorted(Comparator.comparing(CataloguedTool::name))
                .toList();
    }

    private static CataloguedTool tool(Map<String, AttributeValue> item) {
        var manifest = string(item, "manifest").getBytes(StandardCharsets.UTF_8);
        var role = item.get("dataRoleArn");
        return new CataloguedTool(
                ToolManifest.read(new ByteArrayInputStream(manifest)),
                string(item, "functionArn"),
                role == null ? null : role.s(),
                string(item, "grantSecretId"),
                string(item, "codeSha"));
    }

    private static void checkSize(Map<String, AttributeValue> item) {
        var bytes = item.values().stream().mapToLong(PolicyItems::bytes).sum();
        if (bytes > MAX_ITEM_BYTES) {
            throw new InvalidPolicyException(
                    List.of(
                            string(item, "sk")
                                    + " has "
                                    + bytes
                                    + " bytes, at most "
                                    + MAX_ITEM_BYTES
                                    + " can be stored"));
        }
    }

    private static long bytes(AttributeValue value) {
        if (value.hasM()) {
            return value.m().values().stream().mapToLong(PolicyItems::bytes).sum();
        }
        return value.s() == null ? 0 : value.s().getBytes(StandardCharsets.UTF_8).length;
    }

    private static Map<String, AttributeValue> key(String pk, String sk) {
        var item = new HashMap<String, AttributeValue>();
        item.put("pk", text(pk));
        item.put("sk", text(sk));
        return item;
    }

    private static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }

    private static String string(Map<String, AttributeValue> item, String name) {
        return present(item.get(name) == null ? null : item.get(name).s(), name);
    }

    private static String number(Map<String, AttributeValue> item, String name) {
        return present(item.get(name) == null ? null : item.get(name).n(), name);
    }

    private static String present(@Nullable String value, String name) {
        if (value == null) {
            throw new IllegalStateException("an item of the policy table has no " + name);
        }
        return value;
    }
}
