package dev.sluicegate.record;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of the audit trail, version 1. Absent fields are not written; unknown fields are ignored by
 * readers and kept by the archive, which stores the bytes.
 *
 * <p>A record never holds arguments, results, tokens or secrets: only keyed digests, declared facts,
 * findings by type and place, and where a payload is that holds more, encrypted.
 *
 * @param v {@link #VERSION}
 * @param id {@link Ulid} of the record
 * @param ts RFC 3339 with milliseconds, UTC
 * @param w who wrote it and what it wrote before
 * @param tenant prefix of every key
 * @param call id of the call, {@link Ulid}
 * @param chain id of the chain the call belongs to
 * @param parent id of the INTENT record that an EXEC, OUTCOME or ORPHAN answers
 * @param trace W3C trace id, 32 hex digits
 * @param labels labels of the chain before the call (in) and learned by it (out)
 * @param redact findings of screening in arguments or result
 * @param exec the tool's side, on EXEC records
 * @param count how many refusals an aggregated record stands for
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record AuditRecord(
        int v,
        String id,
        RecordKind kind,
        String ts,
        Writer w,
        String tenant,
        @Nullable String call,
        @Nullable String chain,
        @Nullable String parent,
        @Nullable String trace,
        @Nullable Rpc rpc,
        @Nullable Who who,
        @Nullable Intent intent,
        @Nullable Tool tool,
        @Nullable Args args,
        @Nullable Decision decision,
        @Nullable Approval approval,
        @Nullable Labels labels,
        @Nullable List<Redaction> redact,
        @Nullable Outcome outcome,
        @Nullable Exec exec,
        @Nullable Session session,
        @Nullable Refusal refusal,
        @Nullable Long count) {
    public static final int VERSION = 1;

    /** A record above this is refused: C2SP log bundles carry 16-bit lengths, we keep well below. */
    public static final int MAX_BYTES = 16 * 1024;

    private static final ObjectMapper JSON = JsonMapper.builder().build();

    /** A record of something that belongs to no call: a writer opened, a publication, counted refusals. */
    public static AuditRecord ofNoCall(
            RecordKind kind,
            String id,
            String ts,
            Writer writer,
            String tenant,
            @Nullable Who who,
            @Nullable Decision decision,
            @Nullable Refusal refusal,
            @Nullable Long count) {
        return new AuditRecord(
                VERSION, id, kind, ts, writer, tenant, null, null, null, null, null, who, null,
                null, null, decision, null, null, null, null, null, null, refusal, count);
    }

    /** A step in the life of a policy set; {@code approval} names what is reviewed and who did. */
    public static AuditRecord ofPolicy(
            RecordKind kind,
            String id,
            String ts,
            Writer writer,
            String tenant,
            Who who,
            Decision decision,
            @Nullable Approval approval) {
        return new AuditRecord(
                VERSION, id, kind, ts, writer, tenant, null, null, null, null, null, who, null,
                null, null, decision, approval, null, null, null, null, null, null, null);
    }

    public ObjectNode toJson() {
        return JSON.valueToTree(this);
    }

    /**
     * Canonical bytes, the leaf of the log.
     *
     * @throws IllegalArgumentException above {@link #MAX_BYTES}
     */
    public byte[] bytes() {
        var bytes = CanonicalJson.bytes(toJson());
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "record has " + bytes.length + " bytes, at most " + MAX_BYTES);
        }
        return bytes;
    }

    /**
     * @throws MalformedJsonException if {@code bytes} are not a record
     */
    public static AuditRecord read(byte[] bytes) {
        try {
            var record = JSON.readValue(bytes, AuditRecord.class);
            if (record != null
                    && record.v >= 1
                    && record.id != null
                    && record.kind != null
                    && record.ts != null
                    && record.w != null
                    && record.tenant != null) {
                return record;
            }
        } catch (IOException e) {
            // falls through: what a record is not is not worth telling apart
        }
        throw new MalformedJsonException("not an audit record");
    }

    /**
     * @param id unique per function instance, minted after restore
     * @param seq 0, 1, 2 … per writer
     * @param prev {@code sha256:<hex>} of the writer's previous record, absent on its first
     * @param fn function and version that wrote
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Writer(String id, long seq, @Nullable String prev, String fn) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Rpc(String method, @Nullable String id, String proto) {}

    /**
     * The effective identity.
     *
     * @param sub principal id, a pseudonym: base32 of SHA-256 over issuer and subject
     * @param human false for a workload
     * @param client OAuth client id from the token
     * @param clientInfo what the client says of itself: asserted, never trusted
     * @param jti SHA-256 of the token id, never the token
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Who(
            String sub,
            boolean human,
            List<String> roles,
            String env,
            String client,
            @Nullable String clientInfo,
            @Nullable String ip,
            @Nullable String jti,
            boolean mfa,
            @Nullable Long authAgeSec) {}

    /**
     * @param source {@code client_meta | model_stated | human_confirmed | none}
     * @param digest keyed digest of the text; the text itself is stored encrypted or not at all
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Intent(String source, @Nullable String digest) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Tool(
            String name,
            String ver,
            @Nullable String schemaSha,
            @Nullable String codeSha,
            String effect,
            String risk) {}

    /**
     * @param commit keyed digest of the canonical arguments, {@code hmac-sha256:<hex>}
     * @param facts argument values that the manifest declares as facts, by JSON pointer
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Args(String commit, @Nullable ObjectNode facts) {}

    /**
     * @param outcome {@code permit | deny | needs_step_up | needs_approval |
     *     needs_step_up_and_approval}
     * @param set {@code sha256:<hex>} of the policy set
     * @param rev version of the policy set
     * @param inputSha keyed digest of the hash of everything the decision was made from
     * @param errors ids of policies that failed to evaluate; any makes the outcome deny
     * @param input everything the decision was made from, encrypted; absent when it could not be stored
     *     with a refusal, or was not stored yet
     * @param shadow what policies in shadow of the set in force would have said, then what a set in shadow
     *     would have; absent where there are neither; it changed nothing
     * @param external what another decision service said of a call that the policies permit
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Decision(
            String outcome,
            List<String> policies,
            String set,
            long rev,
            List<String> reasons,
            @Nullable String inputSha,
            @Nullable List<String> errors,
            @Nullable Payload input,
            @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
                    @Nullable List<Shadow> shadow,
            @Nullable External external) {

        /** A decision about no call, or one whose input is not stored. */
        public Decision(
                String outcome,
                List<String> policies,
                String set,
                long rev,
                List<String> reasons,
                @Nullable String inputSha,
                @Nullable List<String> errors) {
            this(outcome, policies, set, rev, reasons, inputSha, errors, null, null, null);
        }
    }

    /**
     * Content that is stored encrypted, under a key that can be erased.
     *
     * @param sha {@code sha256:<hex>} of the envelope as it is stored, never of the content
     * @param bytes size of the envelope
     * @param key id of the data key
     * @param at key of the object that holds the envelope; absent when it is in the journal item itself
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Payload(String sha, long bytes, String key, @Nullable String at) {}

    /**
     * A decision that was not enforced.
     *
     * @param set that of the decision itself where its own policies in shadow had their say
     * @param outcome as in {@link Decision}, or {@code error} when it could not be made
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Shadow(String set, String outcome, List<String> policies) {}

    /**
     * The word of another decision service, which can only take a permit away.
     *
     * @param outcome {@code allow | deny | error}
     * @param reason of the service, or what went wrong
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record External(String service, String outcome, @Nullable String reason) {}

    /** {@code bind} is the keyed digest of the hash of the exact operation to be approved. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Approval(
            String id, String bind, @Nullable List<String> votes, @Nullable String expires) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Labels(List<String> in, List<String> out) {}

    /**
     * @param at place: {@code /args/note}, {@code /result/structuredContent/notes}, {@code
     *     /result/content/0/text}, {@code /result/error}
     * @param n how many there
     * @param fp keyed fingerprint, so that the same leak can be correlated
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Redaction(String at, String type, int n, @Nullable String fp) {}

    /**
     * @param status {@code ok | failed | timeout | refused | result_too_large | blocked | error}; of an ORPHAN
     *     {@code executed | not_executed | unknown}
     * @param bytes size of the result that was released
     * @param digest keyed digest of the result that was released
     * @param ms milliseconds from request to this record
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Outcome(
            String status,
            boolean isError,
            @Nullable String code,
            long bytes,
            @Nullable String digest,
            @Nullable String requestId,
            @Nullable Map<String, Long> ms) {}

    /** {@code fn} is the tool function that claimed the execution. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Exec(String fn, String intentSha) {}

    /** The STS session a tool ran under, without its secrets. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Session(
            String role, Map<String, String> tags, String sourceIdentity, String accessKeyId) {}

    /**
     * Why a call was refused.
     *
     * @param stage {@code identity | mcp | screening | chain | policy | approval | audit | invocation}
     * @param code a code of the interface, such as {@code denied}
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Refusal(String stage, String code, String reason) {}
}
