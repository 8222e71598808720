package dev.sluicegate.router.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpHandler;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardedFetchTest {
    private static final int MAX = 5 * 1024;

    @TempDir private static Path folder;

    private static TlsServer server;

    @BeforeAll
    static void start() {
        server = new TlsServer(folder);
        server.serve("/exact", answer(200, MAX, true));
        server.serve("/chunked", answer(200, MAX, false));
        server.serve("/one-more", answer(200, MAX + 1, true));
        server.serve("/one-more-chunked", answer(200, MAX + 1, false));
        server.serve("/huge", answer(200, 10 * 1024 * 1024, false));
        server.serve("/missing", answer(404, 1, true));
        server.serve(
                "/redirect",
                exchange -> {
                    try (exchange) {
                        exchange.getResponseHeaders().set("Location", server.url("/exact"));
                        exchange.sendResponseHeaders(302, -1);
                    }
                });
        server.serve(
                "/slow",
                exchange -> {
                    try (exchange) {
                        exchange.sendResponseHeaders(200, 0);
                        for (var i = 0; i < 100; i++) {
                            exchange.getResponseBody().write(' ');
                            exchange.getResponseBody().flush();
                            Thread.sleep(200);
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    private static HttpHandler answer(int status, int bytes, boolean withLength) {
        return exchange -> {
            try (exchange) {
                exchange.getResponseHeaders()
                        .set("Content-Type", "Application/JSON; charset=utf-8");
                exchange.sendResponseHeaders(status, withLength ? bytes : 0);
                exchange.getResponseBody()
                        .write(" ".repeat(bytes).getBytes(StandardCharsets.UTF_8));
            }
        };
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/exact", "/chunked"})
    void anAnswerOfTheLimitIsRead(String path) throws Exception {
        var fetched =
                server.trusting().get(URI.create(server.url(path)), MAX, Duration.ofSeconds(30));

        assertThat(fetched.body()).hasSize(MAX);
        assertThat(fetched.type()).isEqualTo("application/json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/one-more", "/one-more-chunked", "/huge"})
    void oneByteMoreIsRefused(String path) {
        assertRefused(server.url(path), "larger than 5120 bytes");
    }

    @Test
    void aRedirectIsNotFollowed() {
        assertRefused(server.url("/redirect"), "a redirect");
        assertRefused(server.url("/missing"), "not answered with 200");
    }

    @Test
    void whoSendsDropByDropIsLeft() {
        assertThatThrownBy(() ->
                        server.trusting()
                                .get(URI.create(server.url("/slow")), MAX, Duration.ofSeconds(2)))
                .isInstanceOf(GuardedFetch.RefusedFetchException.class)
                .hasMessage("no answer within PT2S");
    }

    @Test
    void aCertificateOfAnotherNameIsNoCertificate() {
        assertRefused("https://127.0.0.1:" + server.port() + "/exact", "cannot be fetched");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.0.0.1/x",
                "https://169.254.169.254/latest/meta-data",
                "https://[::1]/x",
                "https://[fd00:ec2::254]/x",
                "https://[::ffff:169.254.169.254]/x",
                "https://10.1.2.3/x",
                "https://localhost/x"
            })
    void anAddressInsideIsNotConnectedTo(String url) {
        assertThatThrownBy(
                        () -> new GuardedFetch().get(URI.create(url), MAX, Duration.ofSeconds(30)))
                .isInstanceOf(GuardedFetch.RefusedFetchException.class)
                .hasMessage("leads to an internal address");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.com/x",
                "ftp://example.com/x",
                "file:///etc/passwd",
                "https://user@example.com/x",
                "https://example.com/x#y",
                "https:///x"
            })
    void onlyPlainUrlsOverTlsAreFetched(String url) {
        assertThatThrownBy(
                        () -> new GuardedFetch().get(URI.create(url), MAX, Duration.ofSeconds(30)))
                .isInstanceOf(GuardedFetch.RefusedFetchException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "10.0.0.1",
                "100.64.0.1",
                "127.0.0.1",
                "169.254.1.1",
                "172.31.255.255",
                "192.0.0.8",
                "192.0.2.1",
                "192.168.1.1",
                "198.19.0.1",
                "198.51.100.7",
                "203.0.113.9",
                "224.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "fe80::1",
                "fc00::1",
                "fd00::1",
                "ff02::1",
                "64:ff9b::7f00:1",
                "2001:db8::1",
                "2001:0::1",
                "2002:7f00:1::",
                "3fff::1"
            })
    void specialAddressesAreNotPublic(String address) throws UnknownHostException {
        assertThat(PublicAddress.is(InetAddress.getByName(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "172.32.0.1",
                "100.128.0.1",
                "198.20.0.1",
                "2606:4700::1111",
                "2a00::1"
            })
    void othersArePublic(String address) throws UnknownHostException {
        assertThat(PublicAddress.is(InetAddress.getByName(address))).isTrue();
    }

    private static void assertRefused(String url, String why) {
        assertThatThrownBy(
                        () -> server.trusting().get(URI.create(url), MAX, Duration.ofSeconds(30)))
                .isInstanceOf(GuardedFetch.RefusedFetchException.class)
                .hasMessage(why);
    }
}
