package dev.sluicegate.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.cedarpolicy.BasicAuthorizationEngine;
import com.cedarpolicy.model.AuthorizationRequest;
import com.cedarpolicy.model.exception.AuthException;
import com.cedarpolicy.model.exception.InternalException;
import com.cedarpolicy.model.policy.LinkValue;
import com.cedarpolicy.model.policy.TemplateLink;
import com.cedarpolicy.value.EntityTypeName;
import com.cedarpolicy.value.EntityUID;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.policy.cedar.Entities;
import dev.sluicegate.policy.cedar.Entity;
import dev.sluicegate.policy.cedar.EntityUid;
import dev.sluicegate.policy.cedar.Policies;
import dev.sluicegate.policy.cedar.Policy;
import dev.sluicegate.policy.cedar.RecordValue;
import dev.sluicegate.policy.cedar.Request;
import dev.sluicegate.policy.cedar.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates with every form of slot, linked to every kind of entity, decided by us and by the official engine. */
class TemplateLinkTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final BasicAuthorizationEngine OFFICIAL = new BasicAuthorizationEngine();

    /** ann is in staff, staff in all; bot is alone; photo is in album, album in album "root". */
    private static final Map<String, List<String>> WORLD =
            Map.of(
                    "User::ann", List.of("Group::staff"),
                    "User::bob", List.of("Group::other"),
                    "Bot::bot", List.of("Group::staff"),
                    "Group::staff", List.of("Group::all"),
                    "Group::other", List.of(),
                    "Group::all", List.of(),
                    "Photo::photo", List.of("Album::album"),
                    "Video::video", List.of("Album::album"),
                    "Album::album", List.of("Album::root"),
                    "Album::root", List.of());

    private static final List<String> PRINCIPALS =
            List.of(
                    "principal",
                    "principal is User",
                    "principal == ?principal",
                    "principal in ?principal",
                    "principal is User in ?principal");
    private static final List<String> RESOURCES =
            List.of(
                    "resource",
                    "resource in Album::\"album\"",
                    "resource == ?resource",
                    "resource in ?resource",
                    "resource is Photo in ?resource");

    @Test
    void everyLinkOfEveryTemplateDecidesAsInTheOfficialEngine() throws Exception {
        var compared = 0;
        var allowed = 0;
        for (var effect : List.of("permit", "forbid")) {
            for (var principal : PRINCIPALS) {
                for (var resource : RESOURCES) {
                    if (!principal.contains("?") && !resource.contains("?")) {
                        continue;
                    }
                    var template =
                            "%s (%s, action, %s) when { context.ok };"
                                    .formatted(effect, principal, resource);
                    var theirs = links(template, principal.contains("?"), resource.contains("?"));
                    var ours = Policies.of(PolicySetJson.read(json(theirs)));
                    for (var user : List.of("User::ann", "User::bob", "Bot::bot", "Group::staff")) {
                        for (var thing : List.of("Photo::photo", "Video::video", "Album::album")) {
                            for (var ok : List.of(true, false)) {
                                var said = ours(ours, user, thing, ok);
                                assertThat(said)
                                        .as("%s for %s and %s, %s", template, user, thing, ok)
                                        .isEqualTo(official(theirs, user, thing, ok));
                                compared++;
                                allowed += said.startsWith("true") ? 1 : 0;
                            }
                        }
                    }
                }
            }
        }
        assertThat(compared).isGreaterThan(900);
        assertThat(allowed).isBetween(compared / 10, compared * 9 / 10);
    }

    /** What one refuses to link, the other does. */
    @Test
    void linksThatDoNotFitTheirTemplateAreRefusedByBoth() throws Exception {
        var both = "permit (principal == ?principal, action, resource in ?resource);";
        var one = "permit (principal in ?principal, action, resource);";
        var ann = new LinkValue("?principal", theirs("User::ann"));
        var album = new LinkValue("?resource", theirs("Album::album"));

        for (var bad :
                List.of(
                        set(both, new TemplateLink("t", "l", List.of())),
                        set(both, new TemplateLink("t", "l", List.of(ann))),
                        set(both, new TemplateLink("t", "l", List.of(album))),
                        set(one, new TemplateLink("t", "l", List.of())),
                        set(one, new TemplateLink("t", "l", List.of(album))),
                        set(one, new TemplateLink("t", "l", List.of(ann, album))),
                        set(one, new TemplateLink("other", "l", List.of(ann))),
                        set(one, new TemplateLink("t", "t", List.of(ann))),
                        set(one, new TemplateLink("t", "s", List.of(ann))),
                        set(
                                one,
                                new TemplateLink("t", "l", List.of(ann)),
                                new TemplateLink("t", "l", List.of(ann))))) {
            var json = json(bad);

            assertThatThrownBy(() -> PolicySetJson.read(json))
                    .as(json.toString())
                    .isInstanceOf(InvalidPolicyException.class);
            assertThat(isRefusedOfficially(bad)).as(json.toString()).isTrue();
        }
    }

    @Test
    void aTemplateWithoutALinkDecidesNothing() throws Exception {
        var set = set("permit (principal == ?principal, action, resource);");

        var ours = Policies.of(PolicySetJson.read(json(set)));

        assertThat(ours(ours, "User::ann", "Photo::photo", true)).isEqualTo("false []");
        assertThat(official(set, "User::ann", "Photo::photo", true)).isEqualTo("false []");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'op': '==', 'slot': '?resource'}",
                "{'op': 'in', 'slot': '?action'}",
                "{'op': 'in', 'slot': '?principal', 'entity': {'type': 'User', 'id': 'ann'}}",
                "{'op': 'is', 'entity_type': 'User', 'in': {'slot': '?resource'}}",
            })
    void aSlotOfAnotherScopeIsRefused(String scope) throws Exception {
        var policy =
                (ObjectNode)
                        JSON.readTree(
                                "{\"effect\":\"permit\",\"principal\":{\"op\":\"All\"},\"action\":{\"op\":\"All\"},"
                                        + "\"resource\":{\"op\":\"All\"},\"conditions\":[]}");
        policy.set("principal", JSON.readTree(scope.replace('\'', '"')));

        assertThatThrownBy(() -> PolicyJson.read("x", policy))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining("not a slot of this scope");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'op': '==', 'slot': '?principal'}",
                "{'op': 'in', 'slot': '?resource'}",
                "{'op': 'in', 'slot': '?action'}",
            })
    void anActionHasNoSlot(String scope) throws Exception {
        var policy =
                JSON.readTree(
                        ("{'effect':'permit','principal':{'op':'All'},'action':"
                                        + scope
                                        + ",'resource':{'op':'All'},'conditions':[]}")
                                .replace('\'', '"'));

        assertThatThrownBy(() -> PolicyJson.read("x", policy))
                .isInstanceOf(InvalidPolicyException.class);
    }

    @Test
    void aSlotInAConditionIsRefused() throws Exception {
        var policy =
                JSON.readTree(
                        ("{'effect':'permit','principal':{'op':'All'},'action':{'op':'All'},"
                                        + "'resource':{'op':'All'},'conditions':[{'kind':'when','body':"
                                        + "{'Slot':'?principal'}}]}")
                                .replace('\'', '"'));

        assertThatThrownBy(() -> PolicyJson.read("x", policy))
                .isInstanceOf(InvalidPolicyException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{'policies': {}}",
                "{'staticPolicies': []}",
                "{'templates': []}",
                "{'templateLinks': {}}",
                "{'templateLinks': [{'templateId': 't', 'newId': 'l', 'values': {}, 'more': 1}]}",
                "{'templateLinks': [{'newId': 'l', 'values': {}}]}",
                "{'templateLinks': [1]}",
            })
    void whatIsNoPolicySetIsRefused(String json) throws Exception {
        var set = JSON.readTree(json.replace('\'', '"'));

        assertThatThrownBy(() -> PolicySetJson.read(set))
                .isInstanceOf(InvalidPolicyException.class);
    }

    private static com.cedarpolicy.model.policy.PolicySet links(
            String template, boolean principal, boolean resource) throws InternalException {
        var links = new ArrayList<TemplateLink>();
        for (var user :
                principal ? List.of("User::ann", "Group::staff", "Group::all") : List.of("")) {
            for (var thing :
                    resource
                            ? List.of("Photo::photo", "Album::album", "Album::root")
                            : List.of("")) {
                var values = new ArrayList<LinkValue>();
                if (principal) {
                    values.add(new LinkValue("?principal", theirs(user)));
                }
                if (resource) {
                    values.add(new LinkValue("?resource", theirs(thing)));
                }
                links.add(new TemplateLink("t", "link" + links.size(), values));
            }
        }
        var set = set(template, links.toArray(TemplateLink[]::new));
        if (template.startsWith("forbid")) {
            set.policies.add(
                    new com.cedarpolicy.model.policy.Policy(
                            "permit (principal, action, resource);", "all"));
        }
        return set;
    }

    private static com.cedarpolicy.model.policy.PolicySet set(
            String template, TemplateLink... links) throws InternalException {
        return new com.cedarpolicy.model.policy.PolicySet(
                new HashSet<>(
                        Set.of(
                                new com.cedarpolicy.model.policy.Policy(
                                        "permit (principal == User::\"nobody\", action, resource);",
                                        "s"))),
                new HashSet<>(Set.of(new com.cedarpolicy.model.policy.Policy(template, "t"))),
                List.of(links));
    }

    /** The set in Cedar's JSON format: policies and templates as the official engine prints them, and the links. */
    private static JsonNode json(com.cedarpolicy.model.policy.PolicySet set) throws Exception {
        var alone = new com.cedarpolicy.model.policy.PolicySet(set.policies, set.templates);
        var json = (ObjectNode) JSON.readTree(alone.toJson());
        var links = json.putArray("templateLinks");
        for (var link : set.templateLinks) {
            var one =
                    links.addObject()
                            .put("templateId", link.getTemplateId())
                            .put("newId", link.getResultPolicyId());
            var values = one.putObject("values");
            link.getLinkValues()
                    .forEach((slot, uid) ->
                            values.putObject(slot)
                                    .put("type", uid.getType().toString())
                                    .put("id", uid.getId().toString()));
        }
        return json;
    }

    private static String ours(Policies policies, String user, String thing, boolean ok) {
        var context = new RecordValue.Builder(1);
        context.put("ok", Value.Bool.of(ok));
        var entities = new ArrayList<Entity>();
        WORLD.forEach((uid, parents) ->
                entities.add(
                        new Entity(
                                uid(uid), parents.stream().map(TemplateLinkTest::uid).toList())));
        var answer =
                policies.authorize(
                        new Request(uid(user), uid("Action::view"), uid(thing), context.build()),
                        Entities.of(entities));
        return answer.allowed()
                + " "
                + new TreeSet<>(answer.determining().stream().map(Policy::id).toList());
    }

    private static String official(
            com.cedarpolicy.model.policy.PolicySet set, String user, String thing, boolean ok)
            throws AuthException {
        var response = OFFICIAL.isAuthorized(request(user, thing, ok), set, entities());
        var success = response.success.orElseThrow(() -> new AssertionError(response.errors));
        return success.isAllowed() + " " + new TreeSet<>(success.getReason());
    }

    private static boolean isRefusedOfficially(com.cedarpolicy.model.policy.PolicySet set) {
        try {
            return OFFICIAL.isAuthorized(
                            request("User::ann", "Photo::photo", true), set, entities())
                    .success
                    .isEmpty();
        } catch (AuthException e) {
            return true;
        }
    }

    private static AuthorizationRequest request(String user, String thing, boolean ok) {
        return new AuthorizationRequest(
                theirs(user),
                theirs("Action::view"),
                theirs(thing),
                Map.of("ok", new com.cedarpolicy.value.PrimBool(ok)));
    }

    private static Set<com.cedarpolicy.model.entity.Entity> entities() {
        var entities = new HashSet<com.cedarpolicy.model.entity.Entity>();
        WORLD.forEach((uid, parents) -> {
            var above = new HashSet<EntityUID>();
            parents.forEach(parent -> above.add(theirs(parent)));
            entities.add(new com.cedarpolicy.model.entity.Entity(theirs(uid), Map.of(), above));
        });
        return entities;
    }

    private static EntityUid uid(String name) {
        var parts = name.split("::", 2);
        return new EntityUid(parts[0], parts[1]);
    }

    private static EntityUID theirs(String name) {
        var parts = name.split("::", 2);
        return new EntityUID(EntityTypeName.parse(parts[0]).orElseThrow(), parts[1]);
    }
}
