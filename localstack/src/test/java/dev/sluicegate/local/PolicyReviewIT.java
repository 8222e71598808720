package dev.sluicegate.local;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.Product;
import dev.sluicegate.local.idp.TokenOrder;
import dev.sluicegate.router.policy.PolicyStepRefusedException;
import dev.sluicegate.router.policy.PublishConflictException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The life of policies where a second person has to agree, over the real tables and with real tokens. */
class PolicyReviewIT {
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private static LocalStack stack;

    @BeforeAll
    static void up() {
        stack = Stacks.prod(Clock.systemUTC());
    }

    @AfterAll
    static void down() {
        stack.close();
    }

    @Test
    void aSetComesIntoForceByTwoPeopleAndEveryStepIsRecorded() throws Exception {
        var before = version();
        var proposed = desk().publish(token("petra"), withRule("two-people"), false, false);
        var id = proposed.path("proposal").asText();

        assertThat(proposed.path("state").asText()).isEqualTo("proposed");
        assertThat(version()).isEqualTo(before);
        refused(() -> desk().release(token("paul"), id), "nobody has approved it yet");
        refused(
                () -> desk().review(token("petra"), id, true, null),
                "nobody approves what they proposed");
        refused(
                () -> desk().review(otherClient("petra"), id, true, null),
                "nobody approves what they proposed");
        desk().review(token("paul"), id, true, "fine");
        refused(
                () -> desk().release(token("petra"), id),
                "nobody puts in force what they proposed");
        var released = desk().release(token("paul"), id);

        assertThat(released.path("version").asLong()).isEqualTo(before + 1);
        assertThat(version()).isEqualTo(before + 1);
        assertThat(desk().log().at("/versions/0/reviewer/name").asText()).isEqualTo("paul");
        assertThat(desk().log().at("/versions/0/changes/added/0").asText()).isEqualTo("two-people");
        var records = records(id);
        assertThat(records)
                .extracting(record -> record.path("kind").asText())
                .containsExactlyInAnyOrder(
                        "POLICY_PROPOSED", "POLICY_REVIEWED", "POLICY_PUBLISHED");
        for (var record : records) {
            assertThat(record.at("/decision/set").asText())
                    .isEqualTo(proposed.path("set").asText());
            assertThat(record.at("/who/roles/0").asText()).isEqualTo("policy-admin");
            assertThat(record.at("/who/sub").asText())
                    .isEqualTo(
                            (record.path("kind").asText().equals("POLICY_PROPOSED")
                                            ? proposed.path("by")
                                            : released.path("releasedBy"))
                                    .path("principal")
                                    .asText());
        }
    }

    @Test
    void whoHasNoValidTokenOrNotTheRoleChangesNothing() {
        var before = version();
        var folder = withRule("no-right");
        var good = token("petra");
        var parts = good.split("\\.", -1);
        var forged = parts[0] + "." + parts[1] + "." + "A".repeat(parts[2].length());
        var elsewhere =
                stack.token(
                        new TokenOrder(
                                "petra",
                                null,
                                "cli",
                                TokenOrder.ALL_SCOPES,
                                false,
                                Duration.ofHours(1),
                                "https://other.example.com/mcp"));

        for (var token : List.of("", "x", forged, elsewhere, stack.issuer())) {
            refused(
                    () -> desk().publish(token, folder, false, false),
                    "the access token is not accepted");
            refused(() -> desk().rollback(token, 1, false), "the access token is not accepted");
            refused(() -> desk().release(token, "x"), "the access token is not accepted");
        }
        refused(
                () -> desk().publish(token("ada"), folder, false, false),
                "policy is changed with the role `policy-admin` only");

        // what an assistant of hers holds
        refused(
                () ->
                        desk().publish(
                                        stack.token(TokenOrder.of("petra").withMfa()),
                                        folder,
                                        false,
                                        false),
                "policy is changed with the scope `policy:write` only");
        refused(
                () ->
                        desk().publish(
                                        stack.token(
                                                TokenOrder.of("petra").withScope("policy:write")),
                                        folder,
                                        false,
                                        false),
                "policy is changed after a login with a second factor");

        assertThat(version()).isEqualTo(before);
        assertThat(desk().pending().toString()).doesNotContain("no-right");
    }

    @Test
    void ofTwoReleasesAtOnceExactlyOneWins() throws Exception {
        var before = version();
        var first = approved("race-one");
        var second = approved("race-two");
        var start = new CyclicBarrier(2);

        var results = atOnce(List.of(release(start, first), release(start, second)));

        assertThat(results.stream().filter(ObjectNode.class::isInstance)).hasSize(1);
        assertThat(results)
                .filteredOn(result -> !(result instanceof ObjectNode))
                .singleElement()
                .isInstanceOfAny(PublishConflictException.class, PolicyStepRefusedException.class);
        assertThat(version()).isEqualTo(before + 1);
        assertThat(desk().pending().path("proposals")).as("the other is stale").isEmpty();
    }

    @Test
    void aRollbackNeedsTheSecondPersonToo() {
        var proposal = approved("regretted");
        desk().release(token("paul"), proposal);
        var before = version();

        var back = desk().rollback(token("petra"), before - 1, false).path("proposal").asText();
        assertThat(version()).isEqualTo(before);
        refused(
                () -> desk().review(token("petra"), back, true, null),
                "nobody approves what they proposed");
        desk().review(token("paul"), back, true, null);
        desk().release(token("paul"), back);

        var versions = desk().log().path("versions");
        assertThat(versions.path(0).path("version").asLong()).isEqualTo(before + 1);
        assertThat(versions.path(0).path("rollbackTo").asLong()).isEqualTo(before - 1);
        assertThat(versions.path(0).path("set")).isEqualTo(versions.path(2).path("set"));
    }

    @Test
    void withoutTheRecordNoStepIsTaken() throws Exception {
        var before = version();
        var proposal = approved("unrecorded");

        try (var _ = stack.loseRecords("0#POLICY_PUBLISHED")) {
            assertThatThrownBy(() -> desk().release(token("paul"), proposal))
                    .isInstanceOf(RuntimeException.class);
        }

        assertThat(version()).isEqualTo(before);
        assertThat(desk().pending().toString()).contains(proposal);
        desk().release(token("paul"), proposal);
        assertThat(version()).isEqualTo(before + 1);
    }

    private static String approved(String rule) {
        var id =
                desk().publish(token("petra"), withRule(rule), false, false)
                        .path("proposal")
                        .asText();
        desk().review(token("paul"), id, true, null);
        return id;
    }

    private static Callable<Object> release(CyclicBarrier start, String proposal) {
        return () -> {
            start.await();
            return desk().release(token("paul"), proposal);
        };
    }

    private static List<Object> atOnce(List<Callable<Object>> steps) throws Exception {
        var results = new ArrayList<Object>();
        try (var threads = Executors.newFixedThreadPool(steps.size())) {
            for (var future : threads.invokeAll(steps)) {
                try {
                    results.add(future.get());
                } catch (ExecutionException e) {
                    results.add(requireNonNull(e.getCause()));
                }
            }
        }
        return results;
    }

    private static void refused(Runnable step, String message) {
        assertThatThrownBy(step::run)
                .isInstanceOf(PolicyStepRefusedException.class)
                .hasMessageContaining(message);
    }

    private static dev.sluicegate.cli.PolicyDesk desk() {
        return stack.policies();
    }

    private static long version() {
        return desk().log().at("/versions/0/version").asLong();
    }

    private static String token(String user) {
        return stack.token(TokenOrder.forPolicy(user));
    }

    private static String otherClient(String user) {
        return stack.token(TokenOrder.forPolicy(user).withClient("inspector"));
    }

    private static List<JsonNode> records(String proposal) throws IOException {
        var records = new ArrayList<JsonNode>();
        for (var item :
                stack.operatorClient()
                        .scanPaginator(r -> r.tableName(Product.resource("dev", "audit")))
                        .items()) {
            var record = JSON.readTree(requireNonNull(item.get("r")).s());
            if (record.at("/approval/id").asText().equals(proposal)) {
                records.add(record);
            }
        }
        return records;
    }

    /** The baseline and one more rule, which changes nothing for anybody. */
    private static Path withRule(String id) {
        try {
            var baseline = Stacks.home().resolve("policies").resolve("baseline");
            var edited = Files.createTempDirectory("policies");
            try (var files = Files.list(baseline)) {
                for (var file : files.toList()) {
                    Files.copy(file, edited.resolve(requireNonNull(file.getFileName())));
                }
            }
            Files.writeString(
                    edited.resolve("more.cedar"),
                    "@id(\"%s\") forbid (principal in Mcp::Role::\"auditor\", action, resource);"
                            .formatted(id));
            return edited;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
