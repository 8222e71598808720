package dev.sluicegate.router.mcp;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The protocol versions that are served, newest first. */
enum ProtocolVersion {
    V2026_07_28("2026-07-28"),
    V2025_11_25("2025-11-25"),
    V2025_06_18("2025-06-18"),
    V2025_03_26("2025-03-26");

    /** What to answer a client that asks to initialize a version we do not have. */
    static final ProtocolVersion LATEST_LEGACY = V2025_11_25;

    /** What a request without any version is. 2025-11-25, transports, protocol version header. */
    static final ProtocolVersion ASSUMED = V2025_03_26;

    private final String wire;

    ProtocolVersion(String wire) {
        this.wire = wire;
    }

    String wire() {
        return wire;
    }

    /** Stateless, everything about a request in the request. */
    boolean modern() {
        return this == V2026_07_28;
    }

    /** {@code outputSchema}, {@code structuredContent} and {@code title} came with 2025-06-18. */
    boolean knowsOutputSchemas() {
        return this != V2025_03_26;
    }

    static List<String> all() {
        return Stream.of(values()).map(ProtocolVersion::wire).toList();
    }

    static Optional<ProtocolVersion> of(String wire) {
        return Stream.of(values()).filter(version -> version.wire.equals(wire)).findFirst();
    }

    static Optional<ProtocolVersion> legacy(String wire) {
        return of(wire).filter(version -> !version.modern());
    }
}
