package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Access key ids of users, sessions, bearer tokens and single services.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids">Unique
 *     ids of IAM</a>
 */
final class AwsAccessKeyId implements Detector {
    static final String TYPE = "aws_access_key";

    private static final int LENGTH = 20;
    private static final int MARK = 4;

    @Override
    public List<String> keywords() {
        return List.of("akia", "asia", "abia", "acca");
    }

    @Override
    public @Nullable Span at(Leaf leaf, int start, int end) {
        // no delimiter is asked for: sixteen capitals and digits behind the mark are no chance
        if (Alphabet.UPPER_AND_DIGITS.holds(leaf.charAt(start - 1))
                || leaf.runEnd(start, Alphabet.UPPER_AND_DIGITS, LENGTH) != start + LENGTH
                || Alphabet.UPPER_AND_DIGITS.holds(leaf.charAt(start + LENGTH))) {
            return null;
        }
        if (Shape.of(leaf, start + MARK, start + LENGTH).isPlaceholder()) {
            return null;
        }
        var id = leaf.text().substring(start, start + LENGTH);
        return new Span(start, start + LENGTH, TYPE, Label.CREDENTIAL, id);
    }
}
