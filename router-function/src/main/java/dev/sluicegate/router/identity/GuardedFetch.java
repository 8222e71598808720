package dev.sluicegate.router.identity;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Fetches what a stranger named: over TLS, from a public address, small, quick, without redirects. The
 * address that was looked at is the one that is connected to: a name that resolves anew, to somewhere
 * inside, leads nowhere. That is why this is a socket and not an HTTP client, which would look the name up
 * again.
 */
public final class GuardedFetch {
    private static final int MAX_HEADER_BYTES = 16 * 1024;
    private static final int MAX_URL = 1024;

    private final Predicate<InetAddress> allowed;
    private final SSLSocketFactory tls;

    public GuardedFetch() {
        this(PublicAddress::is, (SSLSocketFactory) SSLSocketFactory.getDefault());
    }

    /** Where other addresses and certificates are in order. */
    GuardedFetch(Predicate<InetAddress> allowed, SSLSocketFactory tls) {
        this.allowed = allowed;
        this.tls = tls;
    }

    /**
     * @param type value of {@code Content-Type} without parameters, lower case; empty if there was none
     */
    public record Fetched(String type, byte[] body) {}

    /** It was not fetched; the message says why and quotes nothing that was answered. */
    public static final class RefusedFetchException extends Exception {
        RefusedFetchException(String message) {
            super(message);
        }
    }

    /**
     * @param maxBytes of the body; one more and it is refused
     * @param patience for all of it: name, connection, answer
     * @throws RefusedFetchException if the URL may not be fetched, or the answer is not 200 and small
     */
    public Fetched get(URI uri, int maxBytes, Duration patience) throws RefusedFetchException {
        requirePlain(uri);
        var open = new AtomicReference<@Nullable Socket>();
        var answer = new CompletableFuture<Fetched>();
        // a thread of its own, because nothing ends the look-up of a name
        Thread.startVirtualThread(() -> {
            try {
                answer.complete(fetch(uri, maxBytes, patience, open));
            } catch (RefusedFetchException e) {
                answer.completeExceptionally(e);
            } catch (IOException | RuntimeException e) {
                answer.completeExceptionally(new RefusedFetchException("cannot be fetched"));
            }
        });
        try {
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new RefusedFetchException("no answer within " + patience);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RefusedFetchException refused
                    ? refused
                    : new RefusedFetchException("cannot be fetched");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedFetchException("interrupted");
        } finally {
            close(open.get()); // ends a read that a slow sender keeps going
        }
    }

    private static void requirePlain(URI uri) throws RefusedFetchException {
        if (!"https".equals(uri.getScheme())) {
            throw new RefusedFetchException("not https");
        }
        if (uri.getHost() == null
                || uri.getRawUserInfo() != null
                || uri.getRawFragment() != null
                || uri.toString().length() > MAX_URL) {
            throw new RefusedFetchException("not a plain URL");
        }
    }

    private Fetched fetch(
            URI uri, int maxBytes, Duration patience, AtomicReference<@Nullable Socket> open)
            throws RefusedFetchException, IOException {
        var host = uri.getHost();
        var port = uri.getPort() == -1 ? 443 : uri.getPort();
        var address = address(host);
        var millis = Math.toIntExact(patience.toMillis());
        try (var socket = new Socket()) {
            open.set(socket);
            socket.setSoTimeout(millis);
            socket.connect(new InetSocketAddress(address, port), millis);
            try (var secure = (SSLSocket) tls.createSocket(socket, host, port, true)) {
                var parameters = secure.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                secure.setSSLParameters(parameters);
                secure.startHandshake();
                secure.getOutputStream().write(request(uri));
                return answer(new BufferedInputStream(secure.getInputStream()), maxBytes);
            }
        }
    }

    private InetAddress address(String host) throws RefusedFetchException {
        InetAddress[] all;
        try {
            all = InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            throw new RefusedFetchException("does not resolve");
        }
        for (var one : all) {
            // one of them inside is reason enough
            if (!allowed.test(one)) {
                throw new RefusedFetchException("leads to an internal address");
            }
        }
        return all[0];
    }

    private static byte[] request(URI uri) {
        var path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        var target = uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
        var host = uri.getPort() == -1 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
        return ("GET "
                        + target
                        + " HTTP/1.1\r\nHost: "
                        + host
                        + "\r\nAccept: application/json\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static Fetched answer(InputStream in, int maxBytes)
            throws RefusedFetchException, IOException {
        var budget = new int[] {MAX_HEADER_BYTES};
        var status = line(in, budget).split(" ", 3);
        if (status.length < 2 || !status[0].startsWith("HTTP/1.")) {
            throw new RefusedFetchException("not HTTP");
        }
        if (!status[1].equals("200")) {
            throw new RefusedFetchException(
                    status[1].startsWith("3") ? "a redirect" : "not answered with 200");
        }
        var type = "";
        var chunked = false;
        var length = -1L;
        for (var header = line(in, budget); !header.isEmpty(); header = line(in, budget)) {
            var colon = header.indexOf(':');
            var name = colon < 0 ? "" : header.substring(0, colon).toLowerCase(Locale.ROOT);
            var value = header.substring(colon + 1).strip().toLowerCase(Locale.ROOT);
            switch (name) {
                case "content-type" -> type = value.split(";", 2)[0].strip();
                case "transfer-encoding" -> chunked = value.equals("chunked");
                case "content-length" -> length = number(value, 10);
                default -> {} // nothing else is of use
            }
        }
        if (length > maxBytes) {
            throw new RefusedFetchException("larger than " + maxBytes + " bytes");
        }
        var body = new ByteArrayOutputStream();
        if (chunked) {
            for (var size = chunk(in); size > 0; size = chunk(in)) {
                copy(in, size, body, maxBytes);
                line(in, new int[] {2});
            }
        } else {
            copy(in, length < 0 ? Long.MAX_VALUE : length, body, maxBytes);
            if (length >= 0 && body.size() < length) {
                throw new RefusedFetchException("cut off");
            }
        }
        return new Fetched(type, body.toByteArray());
    }

    private static long chunk(InputStream in) throws RefusedFetchException, IOException {
        return number(line(in, new int[] {256}).split(";", 2)[0].strip(), 16);
    }

    private static long number(String text, int radix) throws RefusedFetchException {
        try {
            var number = Long.parseLong(text, radix);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new RefusedFetchException("not HTTP");
    }

    private static void copy(InputStream in, long length, ByteArrayOutputStream body, int maxBytes)
            throws RefusedFetchException, IOException {
        var buffer = new byte[1024];
        var left = length;
        while (left > 0) {
            var read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                return;
            }
            body.write(buffer, 0, read);
            left -= read;
            if (body.size() > maxBytes) {
                throw new RefusedFetchException("larger than " + maxBytes + " bytes");
            }
        }
    }

    private static String line(InputStream in, int[] budget)
            throws RefusedFetchException, IOException {
        var line = new StringBuilder();
        for (var c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0 || --budget[0] < 0) {
                throw new RefusedFetchException("not HTTP");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private static void close(@Nullable Socket socket) {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                // it is of no use any more either way
            }
        }
    }
}
