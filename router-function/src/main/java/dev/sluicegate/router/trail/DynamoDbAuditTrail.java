package dev.sluicegate.router.trail;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.audit.AlongsideRefusedException;
import dev.sluicegate.audit.DuplicateRecordException;
import dev.sluicegate.audit.Journal;
import dev.sluicegate.audit.JournalBusyException;
import dev.sluicegate.audit.JournalUnavailableException;
import dev.sluicegate.audit.payload.PayloadKind;
import dev.sluicegate.audit.payload.PayloadSealer;
import dev.sluicegate.audit.payload.PayloadSealer.Sealed;
import dev.sluicegate.audit.payload.PayloadUnavailableException;
import dev.sluicegate.contract.Label;
import dev.sluicegate.contract.SessionTags;
import dev.sluicegate.policy.DecisionRequest;
import dev.sluicegate.policy.RecordedInput;
import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.JournalKeys;
import dev.sluicegate.record.KeyedDigest;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.RecordKind;
import dev.sluicegate.record.Ulid;
import dev.sluicegate.record.WriterChain;
import dev.sluicegate.router.chain.ChainState;
import dev.sluicegate.router.chain.ChainStore;
import dev.sluicegate.router.chain.Learned;
import dev.sluicegate.router.chain.QuotaAmount;
import dev.sluicegate.router.enforcement.AuditTrail;
import dev.sluicegate.router.enforcement.AuditUnavailableException;
import dev.sluicegate.router.enforcement.AuthorizedCall;
import dev.sluicegate.router.enforcement.Decided;
import dev.sluicegate.router.enforcement.InboundCall;
import dev.sluicegate.router.enforcement.Outcome;
import dev.sluicegate.router.enforcement.RecordedCall;
import dev.sluicegate.router.enforcement.RefusedRequest;
import dev.sluicegate.router.enforcement.StaleChainException;
import dev.sluicegate.router.enforcement.ToolInvoker.Invocation;
import dev.sluicegate.router.identity.EffectiveIdentity;
import dev.sluicegate.router.screening.Finding;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** The audit trail in the DynamoDB journal. */
public final class DynamoDbAuditTrail implements AuditTrail {
    private static final Logger LOG = LoggerFactory.getLogger(DynamoDbAuditTrail.class);
    private static final Pattern TRACEPARENT =
            Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*");

    private static final int MAX_TEXT = 300;

    /** Ids, codes and amounts fit; a text that does not is data, not a fact. */
    private static final int MAX_FACT = 128;

    /**
     * As clients count their requests. Any other JSON-RPC id is a text of the client's choice, and more
     * digits may be those of a card.
     */
    private static final Pattern COUNTER = Pattern.compile("[0-9]{1,10}");

    /** As STS makes them. */
    private static final Pattern ACCESS_KEY_ID = Pattern.compile("[A-Za-z0-9]{16,128}");

    /** Refusals before screening has passed the arguments: until then none of them is a fact. */
    private static final Set<String> UNSCREENED = Set.of("identity", "mcp", "screening");

    /** How often an outcome gives way to other transactions on the same chain. */
    private static final int MAX_ROUNDS = 12;

    private static final long PAUSE_NANOS = 5_000_000;

    private final Journal journal;
    private final ChainStore chains;
    private final PayloadSealer payloads;
    private final KeyedDigest digest;
    private final Clock clock;
    private final RefusalMeter meter;

    /**
     * @param payloads seals what decisions were made from
     */
    public DynamoDbAuditTrail(
            Journal journal,
            ChainStore chains,
            PayloadSealer payloads,
            KeyedDigest digest,
            Clock clock) {
        this.journal = journal;
        this.chains = chains;
        this.payloads = payloads;
        this.digest = digest;
        this.clock = clock;
        this.meter = new RefusalMeter(clock);
    }

    @Override
    public Intent intent(AuthorizedCall authorized) {
        var call = authorized.call();
        var amount = QuotaAmount.of(call.tool().manifest(), call.arguments());
        var reservation =
                chains.reserve(call.identity(), call.tool().manifest(), authorized.chain(), amount);
        var draft =
                draft(RecordKind.INTENT, call, true)
                        .chain(authorized.chainId())
                        .decision(authorized.decision(), digest)
                        .labels(authorized.chain().labels(), List.of())
                        .redact(authorized.findings());
        Sealed input;
        try {
            input = seal(draft, call, authorized.chainId(), authorized.request());
        } catch (PayloadUnavailableException e) {
            throw new AuditUnavailableException("the decision's input cannot be stored", e);
        }
        var appended = append(draft, JournalKeys.INTENT, input, reservation);
        return new Intent(appended.id(), appended.sha());
    }

    /** The input is built from screened arguments, so what screening took out is not stored even sealed. */
    private Sealed seal(
            RecordDraft draft, InboundCall call, String chainId, DecisionRequest request) {
        var sealed =
                payloads.seal(
                        new PayloadSealer.Subject(
                                draft.tenant(),
                                chainId,
                                call.identity().principalId(),
                                draft.call()),
                        draft.id(),
                        PayloadKind.DECISION_INPUT,
                        RecordedInput.bytes(request));
        draft.input(sealed.reference());
        return sealed;
    }

    /**
     * The answer is no already, so a refusal is recorded without its input rather than not at all; who decides
     * it again is told that the input is not there.
     */
    private @Nullable Sealed sealIfPossible(
            RecordDraft draft, InboundCall call, String chainId, DecisionRequest request) {
        try {
            return seal(draft, call, chainId, request);
        } catch (PayloadUnavailableException e) {
            LOG.error("input of refused call {} cannot be stored", call.callId(), e);
            return null;
        }
    }

    @Override
    public void outcome(RecordedCall recorded, Result result, Learned learned) {
        var authorized = recorded.authorized();
        var call = authorized.call();
        var amount = QuotaAmount.of(call.tool().manifest(), call.arguments());
        var lessons =
                chains.learn(
                        call.identity(),
                        call.tool().manifest(),
                        authorized.chain(),
                        learned,
                        amount);
        var bytes = CanonicalJson.string(result.screened().mcp()).getBytes(StandardCharsets.UTF_8);
        var draft =
                draft(RecordKind.OUTCOME, call, true)
                        .chain(authorized.chainId())
                        .parent(recorded.intentId())
                        .labels(authorized.chain().labels(), learned.labels())
                        .redact(result.findings())
                        .session(session(authorized, result.invocation()))
                        .outcome(
                                new AuditRecord.Outcome(
                                        result.status(),
                                        result.screened().isError(),
                                        result.code() == null ? null : result.code().word(),
                                        bytes.length,
                                        digest.of(bytes),
                                        requestId(result.invocation()),
                                        Map.of(
                                                "total",
                                                Duration.between(call.receivedAt(), clock.instant())
                                                        .toMillis())));
        try {
            insist(draft, JournalKeys.OUTCOME, null, lessons);
        } catch (AuditUnavailableException e) {
            // metric filters and the sweeper look for this word; the record holds no content
            LOG.error("AUDIT_FALLBACK {}", draft.fallback());
            throw e;
        }
    }

    @Override
    public void refusal(
            InboundCall call,
            @Nullable ChainState chain,
            @Nullable Decided decided,
            List<Finding> findings,
            String stage,
            Outcome.Refused refused) {
        if (!meter.records(call.identity())) {
            return;
        }
        var draft =
                draft(RecordKind.DENIED, call, !UNSCREENED.contains(stage))
                        .redact(findings)
                        .refusal(
                                new AuditRecord.Refusal(
                                        stage, refused.code().word(), shorten(refused.message())));
        if (chain != null) {
            draft.chain(chain.chainId()).labels(chain.labels(), List.of());
        }
        @Nullable Sealed input = null;
        if (decided != null) {
            draft.decision(decided.decision(), digest);
            if (chain != null) {
                input = sealIfPossible(draft, call, chain.chainId(), decided.request());
            }
        }
        var approval = refused.approval();
        if (approval != null) {
            draft.approval(
                    new AuditRecord.Approval(
                            approval.approvalId(),
                            digest.of(approval.bind()),
                            null,
                            WriterChain.timestamp(approval.expires())));
        }
        denied(draft, input);
    }

    @Override
    public void refusal(RefusedRequest request) {
        var identity = request.identity();
        if (!meter.records(identity)) {
            return;
        }
        var draft =
                new RecordDraft(
                        RecordKind.DENIED,
                        Ulid.next(clock),
                        WriterChain.timestamp(clock.instant()),
                        identity.tenant(),
                        request.callId(),
                        null,
                        null,
                        who(identity, null),
                        null,
                        null,
                        null);
        denied(
                draft.refusal(
                        new AuditRecord.Refusal("mcp", request.code().word(), request.reason())),
                null);
    }

    private void denied(RecordDraft draft, @Nullable Sealed input) {
        try {
            insist(draft, JournalKeys.DENIED, input, List.of());
        } catch (AuditUnavailableException e) {
            LOG.error("AUDIT_FALLBACK {}", draft.fallback());
            throw e;
        }
    }

    /**
     * Records how many refusals were only counted, once their minute is over: a few principals at a time,
     * because somebody waits. Never throws.
     */
    public void settle() {
        write(meter.due(AggregatedRefusals.AT_ONCE, false));
    }

    /** Records all that was only counted, for there is no later minute. Never throws. */
    public void close() {
        write(meter.due(Integer.MAX_VALUE, true));
    }

    private void write(List<RefusalMeter.Overflow> due) {
        for (var i = 0; i < due.size(); i++) {
            var overflow = due.get(i);
            try {
                append(overflow);
            } catch (RuntimeException e) {
                LOG.error(
                        "{} refusals of one principal cannot be recorded now",
                        overflow.refusals(),
                        e);
                due.subList(i, due.size()).forEach(o -> meter.count(o.identity(), o.refusals()));
                return;
            }
        }
    }

    private void append(RefusalMeter.Overflow overflow) {
        var identity = overflow.identity();
        var id = Ulid.next(clock);
        var roles = RecordDraft.few(identity.roles().stream().sorted().toList());
        journal.append(
                writer ->
                        AuditRecord.ofNoCall(
                                RecordKind.DENIED,
                                id,
                                WriterChain.timestamp(clock.instant()),
                                writer,
                                identity.tenant(),
                                who(identity, null, roles),
                                null,
                                new AuditRecord.Refusal("mcp", "denied", "more_refusals"),
                                overflow.refusals()),
                JournalKeys.control(identity.tenant(), id),
                JournalKeys.DENIED,
                List.of());
    }

    /** Appends what has no condition to lose: whoever is in the way will be gone soon. */
    private void insist(
            RecordDraft draft,
            String sortKey,
            @Nullable Sealed payload,
            List<TransactWriteItem> alongside) {
        for (var round = 1; ; round++) {
            try {
                append(draft, sortKey, payload, alongside);
                return;
            } catch (StaleChainException e) {
                if (round == MAX_ROUNDS) {
                    throw new AuditUnavailableException("the journal stays busy", e);
                }
                LockSupport.parkNanos(
                        ThreadLocalRandom.current().nextLong(PAUSE_NANOS, 2 * PAUSE_NANOS * round));
            }
        }
    }

    private Journal.Appended append(
            RecordDraft draft,
            String sortKey,
            @Nullable Sealed payload,
            List<TransactWriteItem> alongside) {
        var together = new ArrayList<>(alongside);
        if (payload != null) {
            together.addAll(payload.alongside());
        }
        try {
            var appended =
                    journal.append(
                            draft::build,
                            JournalKeys.call(draft.tenant(), draft.call()),
                            sortKey,
                            payload == null ? null : payload.inline(),
                            together);
            if (payload != null) {
                payloads.durable(payload);
            }
            return appended;
        } catch (AlongsideRefusedException | JournalBusyException e) {
            throw new StaleChainException(e);
        } catch (JournalUnavailableException | DuplicateRecordException e) {
            throw new AuditUnavailableException("the journal did not take the record", e);
        } catch (IllegalArgumentException | NotCanonicalException e) {
            throw new AuditUnavailableException("there is no such record", e);
        }
    }

    private RecordDraft draft(RecordKind kind, InboundCall call, boolean screened) {
        var identity = call.identity();
        var manifest = call.tool().manifest();
        return new RecordDraft(
                kind,
                Ulid.next(clock),
                WriterChain.timestamp(clock.instant()),
                identity.tenant(),
                call.callId(),
                traceId(call.traceparent()),
                new AuditRecord.Rpc("tools/call", rpcId(call), call.protocol()),
                who(identity, call.clientInfo()),
                new AuditRecord.Intent(
                        call.intent().source().name().toLowerCase(Locale.ROOT),
                        call.intent().text() == null ? null : digest.of(call.intent().text())),
                new AuditRecord.Tool(
                        manifest.name(),
                        manifest.version(),
                        manifest.schemaSha(),
                        call.tool().codeSha(),
                        manifest.effect().word(),
                        manifest.risk().word()),
                new AuditRecord.Args(
                        digest.of(CanonicalJson.bytes(call.arguments())),
                        screened ? facts(call) : null));
    }

    private AuditRecord.Who who(EffectiveIdentity identity, @Nullable String clientInfo) {
        return who(identity, clientInfo, identity.roles().stream().sorted().toList());
    }

    private AuditRecord.Who who(
            EffectiveIdentity identity, @Nullable String clientInfo, List<String> roles) {
        var authTime = identity.authTime();
        return new AuditRecord.Who(
                identity.principalId(),
                identity.human(),
                roles,
                identity.env(),
                identity.clientId(),
                clientInfo,
                identity.sourceIp(),
                identity.tokenId(),
                identity.mfa(),
                authTime == null ? null : Duration.between(authTime, clock.instant()).toSeconds());
    }

    private String rpcId(InboundCall call) {
        return COUNTER.matcher(call.rpcId()).matches() ? call.rpcId() : digest.of(call.rpcId());
    }

    private static @Nullable ObjectNode facts(InboundCall call) {
        var facts = JsonNodeFactory.instance.objectNode();
        for (var pointer : call.tool().manifest().audit().facts()) {
            var value = call.arguments().at(pointer);
            if (value.isTextual()) {
                facts.put(pointer, shorten(value.textValue(), MAX_FACT));
            } else if (value.isValueNode() && !value.isMissingNode()) {
                facts.set(pointer, value);
            }
        }
        return facts.isEmpty() ? null : facts;
    }

    /**
     * The session as this router signed it, if the tool says that it ran under it. Of the tool's own words
     * only the access key id is taken: the record must not become a place for what a tool likes to say.
     */
    private static AuditRecord.@Nullable Session session(
            AuthorizedCall authorized, Invocation invocation) {
        if (!(invocation instanceof Invocation.Answered(var outcome, _, _))
                || outcome.session() == null) {
            return null;
        }
        var claimed = outcome.session();
        var call = authorized.call();
        var role = call.tool().dataRoleArn();
        if (role != null && role.equals(claimed.role())) {
            var tags = tags(authorized);
            var principal = call.identity().principalId();
            var accessKeyId = claimed.accessKeyId();
            if (tags.equals(claimed.tags())
                    && principal.equals(claimed.sourceIdentity())
                    && accessKeyId != null
                    && ACCESS_KEY_ID.matcher(accessKeyId).matches()) {
                return new AuditRecord.Session(role, tags, principal, accessKeyId);
            }
        }
        LOG.error("call {}: the tool names a session that was not signed", call.callId());
        return null;
    }

    private static Map<String, String> tags(AuthorizedCall authorized) {
        var call = authorized.call();
        var identity = call.identity();
        return SessionTags.of(
                identity.tenant(),
                identity.principalId(),
                authorized.decision().basis().role(),
                identity.roles(),
                identity.env(),
                call.tool().name(),
                identity.clientId(),
                authorized.bound());
    }

    private static @Nullable String requestId(Invocation invocation) {
        return switch (invocation) {
            case Invocation.Answered(_, _, var id) -> id;
            case Invocation.Crashed(_, var id) -> id;
            case Invocation.TimedOut _, Invocation.TooLarge _, Invocation.NotInvoked _ -> null;
        };
    }

    private static @Nullable String traceId(@Nullable String traceparent) {
        if (traceparent == null || traceparent.length() > 512) {
            return null;
        }
        var matcher = TRACEPARENT.matcher(traceparent);
        return matcher.matches() ? matcher.group(1) : null;
    }

    static String shorten(String text) {
        return shorten(text, MAX_TEXT);
    }

    /** Never half of a surrogate pair at the end: such a record would have no canonical form. */
    static String shorten(String text, int max) {
        if (text.length() <= max) {
            return text;
        }
        var end = Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max;
        return text.substring(0, end) + "…";
    }

    static List<String> words(Collection<Label> labels) {
        return labels.stream().map(Label::word).sorted().toList();
    }

    static List<AuditRecord.Redaction> redactions(List<Finding> findings, int max) {
        var all =
                findings.stream()
                        .limit(max)
                        .map(f ->
                                new AuditRecord.Redaction(
                                        shorten(f.at()), f.type(), f.count(), f.fingerprint()));
        if (findings.size() <= max) {
            return all.toList();
        }
        var more = new AuditRecord.Redaction("/", "more", findings.size() - max, null);
        return java.util.stream.Stream.concat(all, java.util.stream.Stream.of(more)).toList();
    }
}
