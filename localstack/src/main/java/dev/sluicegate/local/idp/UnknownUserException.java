package dev.sluicegate.local.idp;

/** Nobody of that name works at the demo company. */
public final class UnknownUserException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnknownUserException(String name) {
        super("unknown user `" + name + "`");
    }
}
