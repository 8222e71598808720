package dev.sluicegate.router.enforcement;

import org.jspecify.annotations.Nullable;

/**
 * The human's intent as somebody stated it. MCP does not carry the prompt, so the source is part of it.
 *
 * @param text null when there is none
 */
public record StatedIntent(Source source, @Nullable String text) {
    public static final StatedIntent NONE = new StatedIntent(Source.NONE, null);

    public enum Source {
        /** The host put it into {@code _meta}. */
        CLIENT_META,
        /** The model filled the {@code _intent} argument. */
        MODEL_STATED,
        /** A person typed it in a form of ours. */
        HUMAN_CONFIRMED,
        NONE
    }

    @Override
    public String toString() {
        return "StatedIntent[" + source + "]";
    }
}
