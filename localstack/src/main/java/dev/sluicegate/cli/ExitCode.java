package dev.sluicegate.cli;

/** What a command's exit tells a script; the same meaning everywhere. */
public final class ExitCode {
    public static final int OK = 0;

    /** The answer is no: a refused call, findings of a check. */
    public static final int NO = 1;

    /** Evidence was changed. */
    public static final int TAMPERED = 2;

    /** Incomplete or unreachable: no answer could be had. */
    public static final int UNREACHABLE = 3;

    public static final int STALE = 4;

    /** The command line itself is wrong. */
    public static final int USAGE = 64;

    private ExitCode() {}
}
