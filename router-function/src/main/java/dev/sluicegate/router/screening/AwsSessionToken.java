package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Session tokens of STS: long, and known by their name only. */
final class AwsSessionToken implements Detector {
    private static final int MIN_LENGTH = 80;

    @Override
    public List<String> keywords() {
        return List.of(
                "session_token",
                "sessiontoken",
                "session-token",
                "security_token",
                "securitytoken",
                "security-token");
    }

    @Override
    public @Nullable Span at(Leaf leaf, int start, int end) {
        var value = leaf.assigned(end);
        if (value < 0) {
            return null;
        }
        var to = leaf.runEnd(value, Alphabet.TOKEN, Integer.MAX_VALUE);
        return to - value < MIN_LENGTH
                ? null
                : new Span(
                        value,
                        to,
                        "aws_session_token",
                        Label.CREDENTIAL,
                        leaf.text().substring(value, to));
    }
}
