package dev.sluicegate.local.aws;

/** A synthesized template that cannot be read, or uses what is not understood locally. */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TemplateException(String message) {
        super(message);
    }

    public TemplateException(String message, Throwable cause) {
        super(message, cause);
    }
}
