package dev.sluicegate.local.aws;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Evaluates the conditions of a statement; what is not understood is said, never guessed. */
final class Conditions {
    /** What the conditions of a statement come to. */
    sealed interface Result {
        /** All hold. */
        record Met() implements Result {}

        /**
         * One does not hold.
         *
         * @param which operator and key, never a value
         */
        record Unmet(String which) implements Result {}

        /** One names a policy variable without a value: allows nothing, and what it denies is denied. */
        record Unresolved(String which) implements Result {}

        /** One cannot be decided here: the answer to the request has to be no. */
        record Unsupported(String which) implements Result {}
    }

    private static final Result MET = new Result.Met();

    /** Keys the front fills for every request, or knows to be absent. */
    private static final Set<String> GLOBAL_KEYS =
            Set.of(
                    "aws:tagkeys",
                    "aws:principalarn",
                    "aws:principalaccount",
                    "aws:principaltype",
                    "aws:principalisawsservice",
                    "aws:viaawsservice",
                    "aws:calledvia",
                    "aws:sourceidentity",
                    "aws:securetransport",
                    "aws:currenttime",
                    "aws:epochtime",
                    "aws:tokenissuetime",
                    "aws:requestedregion",
                    "aws:userid",
                    "aws:federatedprovider");

    private static final List<String> KEY_PREFIXES =
            List.of("aws:principaltag/", "aws:requesttag/", "s3:", "sts:");

    private static final Set<String> SERVICE_KEYS =
            Set.of(
                    "dynamodb:leadingkeys",
                    "dynamodb:attributes",
                    "dynamodb:select",
                    "dynamodb:returnvalues",
                    "dynamodb:enclosingoperation",
                    "dynamodb:fulltablescan",
                    "kms:signingalgorithm",
                    "kms:messagetype",
                    "kms:requestalias",
                    "secretsmanager:secretid",
                    "secretsmanager:versionid",
                    "secretsmanager:versionstage");

    private Conditions() {}

    static Result evaluate(List<PolicyStatement.Condition> conditions, RequestContext context) {
        Result first = MET;
        for (var condition : conditions) {
            Result result = evaluate(condition, context);
            switch (result) {
                case Result.Unsupported _ -> {
                    return result;
                }
                case Result.Unmet _ -> first = result;
                case Result.Unresolved _ -> first = first instanceof Result.Met ? result : first;
                case Result.Met _ -> {}
            }
        }
        return first;
    }

    private static Result evaluate(PolicyStatement.Condition condition, RequestContext context) {
        String operator = condition.operator();
        String key = condition.key();
        String which = operator + " " + key;
        String qualifier = "";
        int colon = operator.indexOf(':');
        if (colon >= 0) {
            qualifier = operator.substring(0, colon);
            operator = operator.substring(colon + 1);
            if (!qualifier.equals("ForAllValues") && !qualifier.equals("ForAnyValue")) {
                return new Result.Unsupported(which);
            }
        }
        if (!known(key, context)) {
            return new Result.Unsupported(which);
        }
        if (operator.equals("Null")) {
            return isNull(condition, context, which);
        }
        boolean ifExists = operator.endsWith("IfExists");
        if (ifExists) {
            operator = operator.substring(0, operator.length() - "IfExists".length());
        }
        boolean negated = operator.contains("Not");
        BiPredicate<String, String> test = test(operator.replace("Not", ""), context);
        if (test == null) {
            return new Result.Unsupported(which);
        }
        List<String> actual = context.values(key);
        boolean holds;
        try {
            if (actual.isEmpty()) {
                holds =
                        ifExists
                                || qualifier.equals("ForAllValues")
                                || (negated && qualifier.isEmpty());
            } else if (qualifier.equals("ForAllValues")) {
                holds = actual.stream().allMatch(one -> any(condition, one, test) != negated);
            } else if (qualifier.equals("ForAnyValue")) {
                holds = actual.stream().anyMatch(one -> any(condition, one, test) != negated);
            } else if (actual.size() > 1) {
                // IAM leaves this undefined; so does nobody who writes a policy on purpose
                return new Result.Unsupported(
                        which + " has several values but no ForAllValues or ForAnyValue");
            } else {
                holds = any(condition, actual.getFirst(), test) != negated;
            }
        } catch (UnresolvedException _) {
            return new Result.Unresolved(which);
        } catch (NumberFormatException | DateTimeException _) {
            return new Result.Unsupported(which + " compares something that is not of its type");
        }
        return holds ? MET : new Result.Unmet(which);
    }

    private static Result isNull(
            PolicyStatement.Condition condition, RequestContext context, String which) {
        if (condition.values().size() != 1) {
            return new Result.Unsupported(which);
        }
        boolean absent = context.values(condition.key()).isEmpty();
        return switch (condition.values().getFirst()) {
            case "true" -> absent ? MET : new Result.Unmet(which);
            case "false" -> absent ? new Result.Unmet(which) : MET;
            default -> new Result.Unsupported(which);
        };
    }

    private static boolean known(String key, RequestContext context) {
        String lower = key.toLowerCase(Locale.ROOT);
        return context.has(key)
                || GLOBAL_KEYS.contains(lower)
                || SERVICE_KEYS.contains(lower)
                || KEY_PREFIXES.stream().anyMatch(lower::startsWith)
                // <issuer host and path>:aud, :sub and :amr of an OIDC provider
                || (lower.indexOf('.') > 0
                        && (lower.endsWith(":aud")
                                || lower.endsWith(":sub")
                                || lower.endsWith(":amr")));
    }

    private static boolean any(
            PolicyStatement.Condition condition, String actual, BiPredicate<String, String> test) {
        boolean hit = false;
        for (String wanted : condition.values()) {
            hit |= test.test(wanted, actual);
        }
        return hit;
    }

    /** The positive operator; null when it is not supported. */
    private static @Nullable BiPredicate<String, String> test(
            String operator, RequestContext context) {
        return switch (operator) {
            case "StringEquals" -> (wanted, actual) -> literal(wanted, context).equals(actual);
            case "StringEqualsIgnoreCase" ->
                    (wanted, actual) -> literal(wanted, context).equalsIgnoreCase(actual);
            case "StringLike" -> (wanted, actual) -> Glob.matches(glob(wanted, context), actual);
            case "ArnEquals", "ArnLike" ->
                    (wanted, actual) -> Glob.matchesArn(glob(wanted, context), actual);
            case "Bool" -> (wanted, actual) -> literal(wanted, context).equalsIgnoreCase(actual);
            case "NumericEquals" -> number(context, c -> c == 0);
            case "NumericLessThan" -> number(context, c -> c < 0);
            case "NumericLessThanEquals" -> number(context, c -> c <= 0);
            case "NumericGreaterThan" -> number(context, c -> c > 0);
            case "NumericGreaterThanEquals" -> number(context, c -> c >= 0);
            case "DateEquals" -> date(context, c -> c == 0);
            case "DateLessThan" -> date(context, c -> c < 0);
            case "DateLessThanEquals" -> date(context, c -> c <= 0);
            case "DateGreaterThan" -> date(context, c -> c > 0);
            case "DateGreaterThanEquals" -> date(context, c -> c >= 0);
            default -> null;
        };
    }

    private static BiPredicate<String, String> number(RequestContext context, IntPredicate sign) {
        return (wanted, actual) ->
                sign.test(
                        new BigDecimal(actual).compareTo(new BigDecimal(literal(wanted, context))));
    }

    private static BiPredicate<String, String> date(RequestContext context, IntPredicate sign) {
        return (wanted, actual) ->
                sign.test(instant(actual).compareTo(instant(literal(wanted, context))));
    }

    private static Instant instant(String text) {
        if (text.chars().allMatch(Character::isDigit)) {
            return Instant.ofEpochSecond(Long.parseLong(text));
        }
        return text.indexOf('T') < 0
                ? LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC)
                : OffsetDateTime.parse(text).toInstant();
    }

    private static String literal(String text, RequestContext context) {
        return Glob.literal(text, context).orElseThrow(UnresolvedException::new);
    }

    private static String glob(String text, RequestContext context) {
        return Glob.compile(text, context).orElseThrow(UnresolvedException::new);
    }

    private static final class UnresolvedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnresolvedException() {
            super(null, null, false, false);
        }
    }
}
