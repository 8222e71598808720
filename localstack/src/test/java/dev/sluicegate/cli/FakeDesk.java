package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jwt.SignedJWT;
import dev.sluicegate.router.policy.PolicyStepRefusedException;
import dev.sluicegate.router.policy.PolicyStepRefusedException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers like a desk where review is required, whatever was done before; tells who the token names. */
final class FakeDesk implements PolicyDesk {
    static final String PROPOSAL = "01KAZTESTPROPOSAL000000001";

    @Override
    public ObjectNode publish(String token, Path folder, boolean shadow, boolean propose) {
        if (Files.exists(folder.resolve("broken.cedar"))) {
            throw new RunningStack.PolicyRefusedException(
                    List.of("broken.cedar:1: unexpected token"));
        }
        return propose ? step("proposed", token).put("base", 6) : version(token);
    }

    @Override
    public ObjectNode review(
            String token, String proposal, boolean approve, @Nullable String note) {
        if (user(token).equals("petra") && approve) {
            throw new PolicyStepRefusedException(
                    Reason.NOT_ALLOWED, "nobody approves what they proposed");
        }
        return step(approve ? "approved" : "rejected", token).put("note", note);
    }

    @Override
    public ObjectNode release(String token, String proposal) {
        if (!proposal.equals(PROPOSAL)) {
            throw new PolicyStepRefusedException(
                    Reason.NOT_FOUND, "there is no proposal `" + proposal + "`");
        }
        return version(token);
    }

    @Override
    public ObjectNode rollback(String token, long version, boolean propose) {
        return version(token).put("rollbackTo", version);
    }

    @Override
    public ObjectNode pending() {
        var json = OutputFormat.JSON.createObjectNode();
        var proposal = json.putArray("proposals").addObject().put("state", "approved");
        proposal.put("proposal", PROPOSAL).put("at", "2026-11-23T10:00:00Z");
        proposal.putObject("by").put("principal", "p1").put("name", "petra");
        proposal.putObject("reviewer").put("principal", "p2").put("name", "paul");
        proposal.putObject("changes").put("summary", "+1").putArray("added").add("incident");
        return json;
    }

    @Override
    public ObjectNode log() {
        var json = OutputFormat.JSON.createObjectNode();
        var versions = json.putArray("versions");
        for (var number = 3; number > 0; number--) {
            var version = versions.addObject().put("version", number);
            version.put("at", "2026-11-23T10:00:00Z");
            version.putObject("by").put("principal", "p1");
            version.putObject("releasedBy").put("principal", "p1");
            version.putObject("changes").put("summary", "no policy");
        }
        return json;
    }

    private static ObjectNode version(String token) {
        return step("in_force", token).put("version", 7);
    }

    private static ObjectNode step(String state, String token) {
        var json = OutputFormat.JSON.createObjectNode().put("state", state);
        json.put("proposal", PROPOSAL).put("set", "sha256:00");
        json.putObject("by").put("name", user(token));
        json.putObject("changes").put("summary", "+1").putArray("added").add("incident");
        return json;
    }

    private static String user(String token) {
        try {
            return SignedJWT.parse(token).getJWTClaimsSet().getSubject();
        } catch (ParseException e) {
            throw new PolicyStepRefusedException(
                    Reason.NOT_ALLOWED, "the access token is not accepted");
        }
    }
}
