package dev.sluicegate.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** HTTP/1.1 by hand, so that a test can send what no client would. */
final class Wire {
    private static final int PATIENCE_MILLIS = 30_000;

    private Wire() {}

    /**
     * @param headers by lower-case name, repeated ones joined
     */
    record Reply(int status, Map<String, String> headers, String body) {
        JsonNode json() throws IOException {
            return McpClient.JSON.readTree(body.isEmpty() ? "null" : body);
        }
    }

    /** One request with these headers and body. */
    static byte[] request(String method, String target, Map<String, String> headers, byte[] body) {
        var head =
                method
                        + " "
                        + target
                        + " HTTP/1.1\r\n"
                        + headers.entrySet().stream()
                                .map(h -> h.getKey() + ": " + h.getValue() + "\r\n")
                                .collect(Collectors.joining())
                        + "Content-Length: "
                        + body.length
                        + "\r\nConnection: close\r\n\r\n";
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
        bytes.writeBytes(body);
        return bytes.toByteArray();
    }

    static Reply send(int port, byte[] request) throws IOException {
        try (var socket = connect(port)) {
            socket.getOutputStream().write(request);
            return reply(socket);
        }
    }

    static Socket connect(int port) throws IOException {
        var socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** Reads until the server closes. */
    static Reply reply(Socket socket) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(bytes);
        } catch (SocketException e) {
            // reset after the answer: what was not read of the request is not our business
        }
        var text = bytes.toString(StandardCharsets.UTF_8);
        var end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new IOException("no answer, but `" + text + "`");
        }
        var lines = text.substring(0, end).split("\r\n", -1);
        var headers = new LinkedHashMap<String, String>();
        for (var i = 1; i < lines.length; i++) {
            var colon = lines[i].indexOf(':');
            headers.merge(
                    lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                    lines[i].substring(colon + 1).strip(),
                    (a, b) -> a + ", " + b);
        }
        return new Reply(
                Integer.parseInt(lines[0].split(" ", -1)[1]), headers, text.substring(end + 4));
    }
}
