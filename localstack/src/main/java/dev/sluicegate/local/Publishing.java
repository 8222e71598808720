package dev.sluicegate.local;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.cli.PolicyDesk;
import dev.sluicegate.cli.RunningStack;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.local.aws.Template;
import dev.sluicegate.local.demo.DemoCompany;
import dev.sluicegate.local.fixtures.FixtureFunction;
import dev.sluicegate.local.fixtures.Fixtures;
import dev.sluicegate.policy.InvalidPolicyException;
import dev.sluicegate.policy.PolicySources;
import dev.sluicegate.record.PrincipalId;
import dev.sluicegate.router.policy.CataloguedTool;
import dev.sluicegate.router.policy.PolicyChanges;
import dev.sluicegate.router.policy.PolicyEditors;
import dev.sluicegate.router.policy.PolicyPublisher;
import dev.sluicegate.router.policy.Proposal;
import dev.sluicegate.router.policy.Publication;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes policies and the template's tools for people whose tokens say that they may. */
final class Publishing implements PolicyDesk {
    private static final Logger LOG = LoggerFactory.getLogger(Publishing.class);

    private final PolicyPublisher publisher;
    private final PolicyEditors editors;
    private final Template template;
    private final boolean fixtures;
    private final Map<String, String> names = new HashMap<>();

    /**
     * @param fixtures whether the conformance suite's policies are added to whatever is published
     * @param issuer of the demo company, to name its people where records have pseudonyms
     */
    Publishing(
            PolicyPublisher publisher,
            PolicyEditors editors,
            Template template,
            boolean fixtures,
            String issuer) {
        this.publisher = publisher;
        this.editors = editors;
        this.template = template;
        this.fixtures = fixtures;
        names.put(PolicyPublisher.DEPLOYMENT, "deployment");
        DemoCompany.users()
                .forEach(user -> names.put(PrincipalId.of(issuer, user.name()), user.name()));
    }

    /**
     * The policies a stack starts with. Where changes need a review, those in force stay, and what was
     * published stays until the files differ from those installed last.
     *
     * @throws RunningStack.PolicyRefusedException if the set must not be published
     */
    synchronized void install(Path folder) {
        var installed = valid(() -> publisher.install(sources(folder), tools()));
        if (installed.isEmpty()) {
            LOG.warn("the published policies stay in force; others are proposed and reviewed");
        } else if (installed.get() instanceof PolicyPublisher.Result.InForce(var publication, _)
                && publication.version() > 1) {
            LOG.warn(
                    "version {} is in force: the installed files or the tools have changed",
                    publication.version());
        }
    }

    @Override
    public synchronized ObjectNode publish(
            String token, Path folder, boolean shadow, boolean propose) {
        var editor = editors.of(token);
        var mode = shadow ? PolicyPublisher.Mode.SHADOW : PolicyPublisher.Mode.ENFORCE;
        return json(
                valid(() -> publisher.publish(editor, sources(folder), tools(), mode, propose)));
    }

    @Override
    public ObjectNode review(
            String token, String proposal, boolean approve, @Nullable String note) {
        return json(publisher.review(editors.of(token), proposal, approve, note));
    }

    @Override
    public ObjectNode release(String token, String proposal) {
        return json(publisher.release(editors.of(token), proposal)).put("state", "in_force");
    }

    @Override
    public synchronized ObjectNode rollback(String token, long version, boolean propose) {
        var editor = editors.of(token);
        return json(valid(() -> publisher.rollback(editor, version, tools(), propose)));
    }

    @Override
    public ObjectNode pending() {
        var json = object();
        var proposals = json.putArray("proposals");
        publisher.pending().forEach(proposal -> proposals.add(json(proposal)));
        return json;
    }

    @Override
    public ObjectNode log() {
        var json = object();
        var versions = json.putArray("versions");
        publisher.log().forEach(publication -> versions.add(json(publication)));
        return json;
    }

    private static <T> T valid(Supplier<T> step) {
        try {
            return step.get();
        } catch (InvalidPolicyException e) {
            throw new RunningStack.PolicyRefusedException(e.problems());
        }
    }

    private ObjectNode json(PolicyPublisher.Result result) {
        return switch (result) {
            case PolicyPublisher.Result.InForce(var publication, var warnings) ->
                    warned(json(publication).put("state", "in_force"), warnings);
            case PolicyPublisher.Result.Proposed(var proposal, var warnings) ->
                    warned(json(proposal), warnings);
            case PolicyPublisher.Result.Unchanged(var version, var content) ->
                    content(object().put("state", "unchanged").put("version", version), content);
        };
    }

    private static ObjectNode warned(ObjectNode json, List<String> warnings) {
        if (!warnings.isEmpty()) {
            warnings.forEach(json.putArray("warnings")::add);
        }
        return json;
    }

    private ObjectNode json(Proposal proposal) {
        var json =
                object().put("state", proposal.state().name().toLowerCase(Locale.ROOT))
                        .put("proposal", proposal.id())
                        .put("base", proposal.base());
        content(json, proposal.content());
        json.put("at", proposal.at().toString());
        json.set("by", who(proposal.by()));
        var reviewer = proposal.reviewer();
        if (reviewer != null) {
            json.set("reviewer", who(reviewer));
        }
        json.put("note", proposal.note());
        if (proposal.rollbackTo() > 0) {
            json.put("rollbackTo", proposal.rollbackTo());
        }
        return changes(json, proposal.changes());
    }

    private ObjectNode json(Publication publication) {
        var json = object().put("version", publication.version());
        content(json, publication.content());
        json.put("at", publication.publishedAt().toString());
        json.set("by", who(publication.by()));
        var reviewer = publication.reviewer();
        if (reviewer != null) {
            json.set("reviewer", who(reviewer));
        }
        json.set("releasedBy", who(publication.releasedBy()));
        if (publication.proposal() != null) {
            json.put("proposal", publication.proposal());
        }
        if (publication.rollbackTo() > 0) {
            json.put("rollbackTo", publication.rollbackTo());
        }
        return changes(json, publication.changes());
    }

    private static ObjectNode content(ObjectNode json, Proposal.Content content) {
        json.put("set", content.set()).put("catalogue", content.catalogue());
        if (content.shadow() != null) {
            json.put("shadow", content.shadow());
        }
        return json;
    }

    private static ObjectNode changes(ObjectNode json, PolicyChanges changes) {
        var shown = json.putObject("changes").put("summary", changes.summary());
        changes.added().forEach(shown.putArray("added")::add);
        changes.removed().forEach(shown.putArray("removed")::add);
        changes.changed().forEach(shown.putArray("changed")::add);
        changes.others().forEach(shown.putArray("others")::add);
        return json;
    }

    private ObjectNode who(String principal) {
        var who = object().put("principal", principal);
        var name = names.get(principal);
        return name == null ? who : who.put("name", name);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private PolicySources sources(Path folder) {
        var sources = PolicySources.read(folder);
        return fixtures ? Fixtures.addTo(sources) : sources;
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
                    handler == FixtureFunction.class
                            ? Fixtures.manifest(environment.get("TOOL_NAME"))
                            : ToolManifest.of(handler),
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
}
