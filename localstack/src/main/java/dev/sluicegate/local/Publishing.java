package dev.sluicegate.local;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.audit.AlongsideRefusedException;
import dev.sluicegate.audit.Journal;
import dev.sluicegate.cli.RunningStack;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.local.aws.Template;
import dev.sluicegate.local.demo.DemoCompany;
import dev.sluicegate.policy.InvalidPolicyException;
import dev.sluicegate.policy.PolicySources;
import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.JournalKeys;
import dev.sluicegate.record.PrincipalId;
import dev.sluicegate.record.RecordKind;
import dev.sluicegate.record.Ulid;
import dev.sluicegate.record.WriterChain;
import dev.sluicegate.router.policy.CataloguedTool;
import dev.sluicegate.router.policy.PolicyPublisher;
import dev.sluicegate.router.policy.PublishConflictException;
import dev.sluicegate.router.policy.PublishedSets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** Publishes policies and the template's tools, and records that it did. */
final class Publishing {
    private static final String OPERATOR = "operator";

    private final DynamoDbClient db;
    private final Template template;
    private final String policyTable;
    private final Journal journal;
    private final Clock clock;

    Publishing(
            DynamoDbClient db,
            Template template,
            String policyTable,
            Journal journal,
            Clock clock) {
        this.db = db;
        this.template = template;
        this.policyTable = policyTable;
        this.journal = journal;
        this.clock = clock;
    }

    /**
     * @throws RunningStack.PolicyRefusedException if the set must not be published; nothing has changed
     */
    synchronized RunningStack.Publication publish(Path folder) {
        try {
            var published =
                    new PolicyPublisher(db, policyTable, clock)
                            .publish(PolicySources.read(folder), tools(), OPERATOR, this::commit);
            return new RunningStack.Publication(published.set(), published.version());
        } catch (InvalidPolicyException e) {
            throw new RunningStack.PolicyRefusedException(e.problems());
        }
    }

    /**
     * What was published, as the admin endpoint says it.
     *
     * @param set {@code sha256:<hex>}, or null for the one in force
     * @throws NoSuchElementException if there is no such set
     */
    ObjectNode published(@Nullable String set) {
        var sets = new PublishedSets(db, policyTable);
        var head =
                sets.inForce()
                        .orElseThrow(() -> new NoSuchElementException("no policies are published"));
        var id = set == null ? head.set() : set;
        var sources =
                sets.sources(id)
                        .orElseThrow(
                                () -> new NoSuchElementException("no policy set `" + id + "`"));
        var json = JsonNodeFactory.instance.objectNode();
        json.put("set", id);
        if (set == null) {
            json.put("version", head.version());
            json.put("publishedAt", head.publishedAt().toString());
            json.put("by", head.by());
        }
        var files = json.putObject("files");
        sources.files().forEach(files::put);
        files.put("stub.cedarschema", sources.stub());
        var tools = json.putArray("tools");
        sets.tools(head.catalogue()).forEach(tool -> tools.add(tool.manifest().toJson()));
        return json;
    }

    private List<CataloguedTool> tools() {
        return template.functions().stream()
                .filter(f -> f.environment().containsKey("TOOL_NAME"))
                .map(Publishing::tool)
                .toList();
    }

    private static CataloguedTool tool(Template.Function function) {
        var environment = function.environment();
        try {
            var handler = Class.forName(function.handlerClass());
            return new CataloguedTool(
                    ToolManifest.of(handler),
                    function.aliases().isEmpty()
                            ? function.arn()
                            : function.arn() + ":" + function.aliases().getFirst(),
                    environment.get("DATA_ROLE_ARN"),
                    environment.getOrDefault("GRANT_SECRET_ID", ""),
                    CodeHash.of(handler));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(
                    "no class " + function.handlerClass() + " for " + function.name(), e);
        }
    }

    /** The head moves with its record or not at all: no policy comes into force unrecorded. */
    private void commit(PolicyPublisher.Publication publication, TransactWriteItem headMove) {
        var id = Ulid.next(clock);
        try {
            journal.append(
                    writer -> published(id, writer, publication.set(), publication.version()),
                    JournalKeys.control(DemoCompany.TENANT, id),
                    "0#" + RecordKind.POLICY_PUBLISHED,
                    List.of(headMove));
        } catch (AlongsideRefusedException e) {
            throw new PublishConflictException(publication.version() - 1, e);
        }
    }

    private AuditRecord published(String id, AuditRecord.Writer writer, String set, long version) {
        var operator =
                new AuditRecord.Who(
                        PrincipalId.of("local", OPERATOR),
                        true,
                        List.of(),
                        "",
                        "cli",
                        null,
                        null,
                        null,
                        false,
                        null);
        var inForce =
                new AuditRecord.Decision(
                        "published", List.of(), set, version, List.of(), null, null);
        return AuditRecord.ofNoCall(
                RecordKind.POLICY_PUBLISHED,
                id,
                WriterChain.timestamp(clock.instant()),
                writer,
                DemoCompany.TENANT,
                operator,
                inForce,
                null,
                null);
    }
}
