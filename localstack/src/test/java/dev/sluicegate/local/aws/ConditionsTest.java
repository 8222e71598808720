package dev.sluicegate.local.aws;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConditionsTest {
    private static String evaluate(
            String operator, String key, String wanted, @Nullable String actual) {
        var context = new RequestContext().put("aws:PrincipalTag/tenant", "demo*");
        if (actual != null) {
            context.put(key, Arrays.asList(actual.split("\\|", -1)));
        }
        var condition =
                new PolicyStatement.Condition(operator, key, List.of(wanted.split("\\|", -1)));
        return Conditions.evaluate(List.of(condition), context).getClass().getSimpleName();
    }

    @ParameterizedTest(name = "{0} {1} against {2} is {3}")
    @CsvSource({
        "StringEquals, a, a, Met",
        "StringEquals, a, A, Unmet",
        "StringEquals, a|b, b, Met",
        "StringEquals, a*, ab, Unmet",
        "StringEquals, a, , Unmet",
        "StringEqualsIgnoreCase, a, A, Met",
        "StringNotEquals, a, b, Met",
        "StringNotEquals, a|b, b, Unmet",
        "StringNotEquals, a, , Met",
        "StringEqualsIfExists, a, , Met",
        "StringEqualsIfExists, a, b, Unmet",
        "StringLike, a*c, abc, Met",
        "StringLike, a?c, abbc, Unmet",
        "StringNotLike, a*, abc, Unmet",
        "ArnLike, arn:aws:s3:::b/*, arn:aws:s3:::b/k:1, Met",
        "ArnLike, arn:*:role/x, arn:aws:iam::1:role/x, Met",
        "ArnEquals, arn:aws:iam::*:role/x, arn:aws:iam::1:role/x, Met",
        "ArnNotEquals, arn:aws:iam::1:role/x, arn:aws:iam::1:role/x, Unmet",
        "Bool, true, true, Met",
        "Bool, true, false, Unmet",
        "Bool, false, , Unmet",
        "Null, true, , Met",
        "Null, true, a, Unmet",
        "Null, false, , Unmet",
        "Null, false, a, Met",
        "NumericLessThan, 10, 9, Met",
        "NumericLessThan, 10, 10, Unmet",
        "NumericGreaterThanEquals, 10, 10.0, Met",
        "NumericEquals, 10, ten, Unsupported",
        "DateGreaterThan, 2026-01-01T00:00:00Z, 2026-01-01T00:00:01Z, Met",
        "DateLessThan, 2026-01-01T00:00:00Z, 2026-01-01T00:00:01Z, Unmet",
        "DateLessThan, 1767225600, 2025-12-31T23:59:59Z, Met",
        "DateLessThan, yesterday, 2025-12-31T23:59:59Z, Unsupported",
        "ForAllValues:StringEquals, a|b, a|b, Met",
        "ForAllValues:StringEquals, a|b, a|c, Unmet",
        "ForAllValues:StringEquals, a|b, , Met",
        "ForAnyValue:StringEquals, a|b, c|b, Met",
        "ForAnyValue:StringEquals, a|b, c|d, Unmet",
        "ForAnyValue:StringEquals, a|b, , Unmet",
        "ForAllValues:StringNotEquals, a, b|c, Met",
        "ForAllValues:StringNotEquals, a, b|a, Unmet",
        "StringEquals, a, a|a, Unsupported",
        "IpAddress, 10.0.0.0/8, 10.0.0.1, Unsupported",
        "NotIpAddress, 10.0.0.0/8, 10.0.0.1, Unsupported",
        "BinaryEquals, YQ==, a, Unsupported",
        "ForSomeValues:StringEquals, a, a, Unsupported",
        "StringLike, ${aws:PrincipalTag/tenant}#*, demo*#1, Met",
        "StringLike, ${aws:PrincipalTag/tenant}#*, demo2#1, Unmet",
        "StringLike, ${aws:PrincipalTag/user}#*, demo#1, Unresolved",
        "'StringEquals', '${aws:PrincipalTag/user, ''nobody''}', nobody, Met",
        "StringEquals, ${*}, *, Met"
    })
    void operatorsMeanWhatIamDocuments(
            String operator, String wanted, @Nullable String actual, String expected) {
        assertThat(evaluate(operator, "s3:test", wanted, actual)).isEqualTo(expected);
    }

    @Test
    void aKeyNobodyKnowsIsUnsupportedAlsoWhereItsAbsenceWouldPass() {
        assertThat(evaluate("StringNotEquals", "aws:SourceVpce", "vpce-1", null))
                .isEqualTo("Unsupported");
        assertThat(evaluate("StringNotEquals", "dynamodb:Selekt", "x", null))
                .isEqualTo("Unsupported");
    }
}
