package dev.sluicegate.policy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluicegate.policy.cedar.Entities;
import dev.sluicegate.policy.cedar.EntityUid;
import dev.sluicegate.policy.cedar.MalformedPolicyException;
import dev.sluicegate.policy.cedar.Policies;
import dev.sluicegate.policy.cedar.RecordValue;
import dev.sluicegate.policy.cedar.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Whatever arrives as a policy is read and can be asked, or is refused; nothing else happens. */
class PolicyJsonFuzzTest {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
    private static final Request REQUEST =
            new Request(
                    new EntityUid("User", "ada"),
                    new EntityUid("Action", "go"),
                    new EntityUid("Thing", "t"),
                    RecordValue.EMPTY);
    private static final Entities NOBODY = uid -> null;

    @FuzzTest
    void aPolicyIsReadOrRefused(byte[] bytes) throws IOException {
        JsonNode json;
        try {
            json = JSON.readTree(new String(bytes, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            return;
        }
        if (json == null) {
            return;
        }
        try {
            var policies = Policies.of(List.of(PolicyJson.read("p", json)));
            var answer = policies.authorize(REQUEST, NOBODY);
            if (answer.allowed() && !policies.all().getFirst().permits()) {
                throw new AssertionError("a forbid permitted");
            }
            policies.matching(REQUEST, NOBODY)
                    .nearMisses(REQUEST.context())
                    .forEach(miss -> miss.unmet());
        } catch (InvalidPolicyException | MalformedPolicyException e) {
            // said what is wrong
        }
    }
}
