package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JWS and JWE in compact form: parts of base64url with dots between, the first a JSON object. */
final class JsonWebToken implements Detector {
    private static final int MIN_PART = 8;
    private static final int MAX_GLUED = 256;
    private static final int MAX_PARTS = 5; // a JWE has five

    @Override
    public List<String> keywords() {
        return List.of("eyj");
    }

    @Override
    public @Nullable Span at(Leaf leaf, int start, int end) {
        var text = leaf.text();
        if (!text.startsWith("eyJ", start)) {
            return null;
        }
        // inside of a word only a short header is looked for: a run must not be read from each of
        // its
        // letters to its end
        var free = leaf.startsToken(start);
        var at = leaf.runEnd(start, Alphabet.BASE64_URL, free ? Integer.MAX_VALUE : MAX_GLUED);
        if (at - end < MIN_PART
                || leaf.charAt(at) != '.'
                || (!free && !text.startsWith("eyJ", at + 1))) {
            return null;
        }
        var payload = at + 1;
        at = leaf.runEnd(payload, Alphabet.BASE64_URL, Integer.MAX_VALUE);
        var detached = at == payload && leaf.charAt(at) == '.';
        if (at - payload < MIN_PART && !detached) {
            return null;
        }
        if (leaf.charAt(at) != '.' && !text.startsWith("eyJ", payload)) {
            return null;
        }
        for (var part = 2; part < MAX_PARTS && leaf.charAt(at) == '.'; part++) {
            var to = leaf.runEnd(at + 1, Alphabet.BASE64_URL, Integer.MAX_VALUE);
            if (to == at + 1 && leaf.charAt(to) != '.') {
                break; // a full stop behind an unsigned token
            }
            at = to;
        }
        return new Span(start, at, "jwt", Label.CREDENTIAL, text.substring(start, at));
    }
}
