package dev.sluicegate.audit.verify;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the verifier needs of an entry. Read as a stream: a day has millions of them.
 *
 * @param kind as the entry says, also one that is not known here
 * @param payloads what the record says of contents that are stored beside it
 */
record Leaf(
        String kind,
        String id,
        String ts,
        String tenant,
        @Nullable String writer,
        long seq,
        @Nullable String prev,
        @Nullable String call,
        @Nullable String chain,
        @Nullable String sub,
        @Nullable String effect,
        @Nullable String outcome,
        @Nullable String set,
        @Nullable String status,
        @Nullable String approval,
        @Nullable String bind,
        List<String> votes,
        @Nullable String intentSha,
        List<Payload> payloads,
        @Nullable String log,
        @Nullable Previous previous) {

    /**
     * @param sha {@code sha256:<hex>} of the stored bytes
     * @param at its file, or null when it is in the journal
     */
    record Payload(String sha, @Nullable String at) {}

    /** Where the log before ended. */
    record Previous(String origin, long size, String root) {}

    private static final JsonFactory JSON = new JsonFactory();

    /** Null if the bytes are no JSON object. */
    static @Nullable Leaf read(byte[] bytes) {
        try (var parser = JSON.createParser(bytes)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            var reader = new Reader();
            reader.object(parser, "");
            return parser.nextToken() == null ? reader.leaf() : null;
        } catch (IOException | NumberFormatException e) {
            return null;
        }
    }

    boolean is(String other) {
        return kind.equals(other);
    }

    /** Collects fields by their path. */
    private static final class Reader {
        private String kind = "";
        private String id = "";
        private String ts = "";
        private String tenant = "";
        private @Nullable String writer;
        private long seq;
        private @Nullable String prev;
        private @Nullable String call;
        private @Nullable String chain;
        private @Nullable String sub;
        private @Nullable String effect;
        private @Nullable String outcome;
        private @Nullable String set;
        private @Nullable String status;
        private @Nullable String approval;
        private @Nullable String bind;
        private List<String> votes = List.of();
        private @Nullable String intentSha;
        private final List<Payload> payloads = new ArrayList<>();
        private @Nullable String payloadSha;
        private @Nullable String payloadAt;
        private @Nullable String log;
        private String previousOrigin = "";
        private long previousSize = -1;
        private String previousRoot = "";

        void object(JsonParser parser, String path) throws IOException {
            for (var token = parser.nextToken();
                    token == JsonToken.FIELD_NAME;
                    token = parser.nextToken()) {
                var name =
                        path.isEmpty() ? parser.currentName() : path + "." + parser.currentName();
                var value = parser.nextToken();
                switch (value) {
                    case START_OBJECT -> {
                        switch (name) {
                            case "w",
                                    "who",
                                    "tool",
                                    "decision",
                                    "outcome",
                                    "approval",
                                    "exec",
                                    "previous" ->
                                    object(parser, name);
                            case "decision.input",
                                    "args.payload",
                                    "intent.payload",
                                    "outcome.payload",
                                    "args",
                                    "intent" -> {
                                object(parser, name);
                                payload();
                            }
                            default -> parser.skipChildren();
                        }
                    }
                    case START_ARRAY -> {
                        if (name.equals("approval.votes")) {
                            votes = texts(parser);
                        } else {
                            parser.skipChildren();
                        }
                    }
                    case VALUE_STRING -> text(name, parser.getText());
                    case VALUE_NUMBER_INT -> number(name, parser.getLongValue());
                    default -> {} // nothing of ours is a fraction, a boolean or null
                }
            }
        }

        private void payload() {
            if (payloadSha != null) {
                payloads.add(new Payload(payloadSha, payloadAt));
            }
            payloadSha = null;
            payloadAt = null;
        }

        private static List<String> texts(JsonParser parser) throws IOException {
            var list = new ArrayList<String>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                list.add(parser.getText());
            }
            return list;
        }

        private void text(String name, String value) {
            switch (name) {
                case "kind" -> kind = value;
                case "id" -> id = value;
                case "ts" -> ts = value;
                case "tenant" -> tenant = value;
                case "call" -> call = value;
                case "chain" -> chain = value;
                case "log" -> log = value;
                case "w.id" -> writer = value;
                case "w.prev" -> prev = value;
                case "who.sub" -> sub = value;
                case "tool.effect" -> effect = value;
                case "decision.outcome" -> outcome = value;
                case "decision.set" -> set = value;
                case "outcome.status" -> status = value;
                case "approval.id" -> approval = value;
                case "approval.bind" -> bind = value;
                case "exec.intentSha" -> intentSha = value;
                case "previous.origin" -> previousOrigin = value;
                case "previous.root" -> previousRoot = value;
                default -> {
                    if (name.endsWith(".sha")) {
                        payloadSha = value;
                    } else if (name.endsWith(".at")) {
                        payloadAt = value;
                    }
                }
            }
        }

        private void number(String name, long value) {
            if (name.equals("w.seq")) {
                seq = value;
            } else if (name.equals("previous.size")) {
                previousSize = value;
            }
        }

        Leaf leaf() {
            return new Leaf(
                    kind,
                    id,
                    ts,
                    tenant,
                    writer,
                    seq,
                    prev,
                    call,
                    chain,
                    sub,
                    effect,
                    outcome,
                    set,
                    status,
                    approval,
                    bind,
                    votes,
                    intentSha,
                    payloads,
                    log,
                    previousSize < 0
                            ? null
                            : new Previous(previousOrigin, previousSize, previousRoot));
        }
    }
}
