package dev.sluicegate.local.aws;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sessions, and what they may do, decided from the roles and resource policies of the synthesized template the
 * way IAM documents it: an explicit deny wins; otherwise the role's policies, the session policy and the
 * boundary all have to allow, or a resource policy instead of the role's policies.
 *
 * <p>Where it differs from AWS it is stricter: an operator or condition key it does not know denies and says so,
 * a resource policy never lifts the limits of a boundary or session policy, a deny with a policy variable that
 * has no value denies. {@code aws:SecureTransport} is true: loopback stands for TLS here. Service control
 * policies and permissions of other accounts do not exist.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html">Policy
 *     evaluation logic</a>
 */
public final class Iam {
    /** Denials kept for {@code doctor} and tests. */
    static final int MAX_DENIALS = 256;

    /** More live sessions than a demo company has; above it the ones that end first go. */
    static final int MAX_SESSIONS = 10_000;

    /** Ended sessions are remembered this long, so that their keys are answered with "expired". */
    private static final Duration REMEMBERED = Duration.ofHours(1);

    private static final Logger LOG = LoggerFactory.getLogger(Iam.class);
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final String ROOT = "AWS:arn:aws:iam::" + Template.ACCOUNT + ":root";

    private final Template template;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    private final Deque<AccessDecision> denials = new ArrayDeque<>();
    private final SessionCredentials operator;

    /**
     * @param clock decides when sessions end and what {@code aws:CurrentTime} is
     */
    public Iam(Template template, Clock clock) {
        this.template = template;
        this.clock = clock;
        this.operator = new SessionCredentials("AKIA" + key(16), secret(30), null, null);
        sessions.put(
                operator.accessKeyId(),
                new Session(
                        operator,
                        "arn:aws:iam::" + Template.ACCOUNT + ":user/operator",
                        null,
                        "operator",
                        Map.of(),
                        Set.of(),
                        null,
                        null,
                        null,
                        clock.instant()));
    }

    /** Credentials of whoever runs the stack: may do everything no resource policy denies. New in each process. */
    public SessionCredentials operator() {
        return operator;
    }

    /**
     * Makes a session of a role without asking its trust policy: for STS, which has asked, and for tests.
     *
     * @param sessionPolicy JSON, or null for none
     * @throws IllegalArgumentException if there is no such role, or the session policy is not a policy
     */
    public SessionCredentials issue(
            String roleArn,
            String sessionName,
            Map<String, String> tags,
            @Nullable String sourceIdentity,
            @Nullable String sessionPolicy,
            Instant expiry) {
        return issue(
                roleArn,
                sessionName,
                tags,
                Set.of(),
                sourceIdentity,
                sessionPolicy == null ? null : sessionPolicy(sessionPolicy),
                null,
                expiry);
    }

    SessionCredentials issue(
            String roleArn,
            String sessionName,
            Map<String, String> tags,
            Set<String> transitiveTagKeys,
            @Nullable String sourceIdentity,
            @Nullable PolicyDocument sessionPolicy,
            @Nullable String federatedProvider,
            Instant expiry) {
        var role =
                template.role(roleArn)
                        .orElseThrow(() -> new IllegalArgumentException("no role " + roleArn));
        var credentials = new SessionCredentials("ASIA" + key(16), secret(30), secret(96), expiry);
        var session =
                new Session(
                        credentials,
                        sessionArn(role, sessionName),
                        role,
                        sessionName,
                        tags,
                        transitiveTagKeys,
                        sourceIdentity,
                        sessionPolicy,
                        federatedProvider,
                        clock.instant());
        forgetEnded();
        sessions.put(credentials.accessKeyId(), session);
        return credentials;
    }

    /**
     * Credentials as the Lambda service gives them to a function, if the role trusts Lambda.
     *
     * @throws IllegalArgumentException if there is no such role or it does not trust Lambda
     */
    public SessionCredentials executionCredentials(
            String roleArn, String functionName, Duration duration) {
        var role =
                template.role(roleArn)
                        .orElseThrow(() -> new IllegalArgumentException("no role " + roleArn));
        var decision =
                decideTrust(
                        role,
                        "Service:lambda.amazonaws.com",
                        "sts:AssumeRole",
                        new RequestContext());
        if (!decision.allowed()) {
            throw new IllegalArgumentException(decision.line());
        }
        return issue(roleArn, functionName, Map.of(), null, null, clock.instant().plus(duration));
    }

    /** The session of an access key, also when it has ended. */
    Optional<Session> session(String accessKeyId) {
        return Optional.ofNullable(sessions.get(accessKeyId));
    }

    /** Whether a session is over. */
    boolean ended(Session session) {
        return session.expired(clock.instant());
    }

    /** What was denied lately, oldest first. */
    public List<AccessDecision> denials() {
        synchronized (denials) {
            return List.copyOf(denials);
        }
    }

    /**
     * Decides for the holder of an access key; a denial is logged and kept.
     *
     * @throws IllegalArgumentException if nobody holds that key
     */
    public AccessDecision decide(String accessKeyId, Authorization authorization) {
        var session = sessions.get(accessKeyId);
        if (session == null) {
            throw new IllegalArgumentException("no session with access key " + accessKeyId);
        }
        return decide(session, authorization);
    }

    AccessDecision decide(Session session, Authorization authorization) {
        var decision = evaluate(session, authorization);
        if (!decision.allowed()) {
            denied(decision);
        }
        return decision;
    }

    private void denied(AccessDecision decision) {
        LOG.warn("{}", decision.line());
        synchronized (denials) {
            if (denials.size() == MAX_DENIALS) {
                denials.removeFirst();
            }
            denials.addLast(decision);
        }
    }

    private AccessDecision evaluate(Session session, Authorization asked) {
        var context = context(session, asked);
        var role = session.role();
        var identity =
                role == null
                        ? new Evaluation(null, "the operator may", List.of())
                        : ask(role.policies(), asked, context, null);
        var boundary =
                role == null || role.boundary() == null
                        ? null
                        : ask(List.of(role.boundary()), asked, context, null);
        var inline =
                session.sessionPolicy() == null
                        ? null
                        : ask(List.of(session.sessionPolicy()), asked, context, null);
        var policies = template.resourcePolicies(asked.resource());
        var direct = ask(policies, asked, context, names(session));
        var account = ask(policies, asked, context, Set.of(ROOT, "AWS:" + Template.ACCOUNT));

        var all = new ArrayList<Evaluation>(List.of(identity, direct, account));
        if (boundary != null) {
            all.add(boundary);
        }
        if (inline != null) {
            all.add(inline);
        }
        for (Evaluation one : all) {
            if (one.deny() != null) {
                return answer(session, asked, false, one.deny());
            }
        }
        if (inline != null && inline.allow() == null) {
            return answer(
                    session, asked, false, "the session policy does not allow it" + inline.hint());
        }
        if (boundary != null && boundary.allow() == null) {
            return answer(
                    session,
                    asked,
                    false,
                    "the permissions boundary does not allow it" + boundary.hint());
        }
        if (direct.allow() != null) {
            return answer(session, asked, true, direct.allow());
        }
        if (template.resourcePolicyDecides(asked.resource()) && account.allow() == null) {
            // keys and roles: the key policy or trust policy has to say yes, the caller's policies
            // alone cannot
            return answer(
                    session,
                    asked,
                    false,
                    "the resource's own policy does not allow it" + account.hint());
        }
        return identity.allow() == null
                ? answer(
                        session,
                        asked,
                        false,
                        "no statement of the role allows it" + identity.hint())
                : answer(session, asked, true, identity.allow());
    }

    private static AccessDecision answer(
            Session session, Authorization asked, boolean allowed, String reason) {
        return new AccessDecision(
                allowed, session.principalArn(), asked.action(), asked.resource(), reason);
    }

    /** Whether a role's trust policy lets a principal that is not of this account do {@code action}. */
    AccessDecision decideTrust(
            Template.Role role, String principal, String action, RequestContext context) {
        var asked = new Authorization(action, role.arn(), Map.of());
        putNow(context);
        var evaluation = ask(List.of(role.trust()), asked, context, Set.of(principal));
        boolean allowed = evaluation.deny() == null && evaluation.allow() != null;
        String reason =
                evaluation.deny() != null
                        ? evaluation.deny()
                        : evaluation.allow() != null
                                ? evaluation.allow()
                                : "the trust policy does not allow it" + evaluation.hint();
        var decision = new AccessDecision(allowed, principal, action, role.arn(), reason);
        if (!allowed) {
            denied(decision);
        }
        return decision;
    }

    private static Set<String> names(Session session) {
        var role = session.role();
        return role == null
                ? Set.of("AWS:" + session.principalArn())
                : Set.of("AWS:" + session.principalArn(), "AWS:" + role.arn());
    }

    private RequestContext context(Session session, Authorization asked) {
        // the request's own keys first: what we know of the principal must not be overwritten by
        // them
        var context = new RequestContext().putAll(asked.context());
        var role = session.role();
        session.tags().forEach((key, value) -> context.put("aws:PrincipalTag/" + key, value));
        context.put("aws:PrincipalArn", role == null ? session.principalArn() : role.arn())
                .put("aws:PrincipalAccount", Template.ACCOUNT)
                .put("aws:PrincipalType", role == null ? "User" : "AssumedRole")
                .put("aws:userid", session.userId())
                .put("aws:TokenIssueTime", session.issuedAt().toString())
                .put("aws:ResourceAccount", Template.ACCOUNT)
                .put("aws:RequestedRegion", Template.REGION);
        if (session.sourceIdentity() != null) {
            context.put("aws:SourceIdentity", session.sourceIdentity());
        }
        if (session.federatedProvider() != null) {
            context.put("aws:FederatedProvider", session.federatedProvider());
        }
        putNow(context);
        return context;
    }

    private void putNow(RequestContext context) {
        Instant now = clock.instant();
        context.put("aws:CurrentTime", now.toString())
                .put("aws:EpochTime", Long.toString(now.getEpochSecond()))
                .put("aws:SecureTransport", "true")
                .put("aws:PrincipalIsAWSService", "false")
                .put("aws:ViaAWSService", "false");
    }

    /**
     * What a set of policies says.
     *
     * @param deny the statement that denies, or null
     * @param allow the statement that allows, or null
     * @param near statements that would have allowed but for a condition
     */
    private record Evaluation(@Nullable String deny, @Nullable String allow, List<String> near) {
        String hint() {
            return near.isEmpty() ? "" : "; " + String.join("; ", near);
        }
    }

    /**
     * @param principals who asks, for policies of resources; null for policies of the identity itself
     */
    private static Evaluation ask(
            List<PolicyDocument> policies,
            Authorization asked,
            RequestContext context,
            @Nullable Set<String> principals) {
        String deny = null;
        String allow = null;
        var near = new ArrayList<String>();
        for (PolicyDocument policy : policies) {
            for (PolicyStatement statement : policy.statements()) {
                if (!statement.coversAction(asked.action()) || !speaksOf(statement, principals)) {
                    continue;
                }
                var coverage = statement.coversResource(asked.resource(), context);
                boolean unresolved = coverage == PolicyStatement.Coverage.UNRESOLVED;
                if (coverage == PolicyStatement.Coverage.NO || (unresolved && !statement.deny())) {
                    if (unresolved) {
                        near.add(statement.id() + " names a policy variable without a value");
                    }
                    continue;
                }
                switch (Conditions.evaluate(statement.conditions(), context)) {
                    case Conditions.Result.Met _ -> {
                        if (statement.deny()) {
                            deny = first(deny, statement.id() + " denies it");
                        } else {
                            allow = first(allow, statement.id());
                        }
                    }
                    case Conditions.Result.Unmet(String which) -> {
                        if (!statement.deny()) {
                            near.add(statement.id() + " needs " + which);
                        }
                    }
                    case Conditions.Result.Unresolved(String which) -> {
                        String why =
                                statement.id()
                                        + " has "
                                        + which
                                        + " with a policy variable without a value";
                        if (statement.deny()) {
                            deny = first(deny, why);
                        } else {
                            near.add(why);
                        }
                    }
                    case Conditions.Result.Unsupported(String which) ->
                            deny =
                                    first(
                                            deny,
                                            statement.id()
                                                    + " has a condition that is not supported locally: "
                                                    + which);
                }
            }
        }
        return new Evaluation(deny, allow, near);
    }

    private static boolean speaksOf(PolicyStatement statement, @Nullable Set<String> principals) {
        return principals == null
                || statement.principals().stream()
                        .anyMatch(one -> one.equals("*") || principals.contains(one));
    }

    private static String first(@Nullable String earlier, String now) {
        return earlier == null ? now : earlier;
    }

    /**
     * Reads a session policy.
     *
     * @throws IllegalArgumentException if it is not JSON or not a policy
     */
    static PolicyDocument sessionPolicy(String json) {
        try {
            return PolicyDocument.of("session policy", new ObjectMapper().readTree(json));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the session policy is not JSON", e);
        }
    }

    static String sessionArn(Template.Role role, String sessionName) {
        return "arn:aws:sts::"
                + Template.ACCOUNT
                + ":assumed-role/"
                + role.name()
                + "/"
                + sessionName;
    }

    /** Tags that a session keeps when it assumes another role. */
    static Map<String, String> transitiveTags(Session session) {
        var kept = new HashMap<String, String>();
        session.tags()
                .forEach((key, value) -> {
                    if (session.transitiveTagKeys().contains(key)) {
                        kept.put(key, value);
                    }
                });
        return kept;
    }

    private void forgetEnded() {
        Instant limit = clock.instant().minus(REMEMBERED);
        sessions.values().removeIf(session -> session.expired(limit));
        while (sessions.size() >= MAX_SESSIONS) {
            sessions.values().stream()
                    .filter(session -> session.credentials().expiration() != null)
                    .min(
                            Comparator.comparing(session ->
                                    Optional.ofNullable(session.credentials().expiration())
                                            .orElse(Instant.MAX)))
                    .ifPresent(session -> sessions.remove(session.credentials().accessKeyId()));
        }
    }

    private String key(int length) {
        var out = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            out.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return out.toString();
    }

    private String secret(int bytes) {
        byte[] out = new byte[bytes];
        random.nextBytes(out);
        return Base64.getEncoder().encodeToString(out);
    }
}
