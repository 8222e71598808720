package dev.sluicegate.local.edge;

/** Another process listens there already. */
public final class PortInUseException extends RuntimeException {
    private final int port;

    PortInUseException(int port, Throwable cause) {
        super("port " + port + " on 127.0.0.1 is in use", cause);
        this.port = port;
    }

    public int port() {
        return port;
    }
}
