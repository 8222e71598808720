package dev.sluicegate.router.screening;

import static dev.sluicegate.router.screening.Manifests.object;
import static dev.sluicegate.router.screening.Manifests.quoted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluicegate.policy.DecisionRequest;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiversTest {
    @ParameterizedTest
    @CsvSource({
        "ben@example.com, ben@example.com, example.com",
        "Ben@EXAMPLE.com, ben@example.com, example.com",
        "ben.b+tag@example.com, ben.b+tag@example.com, example.com",
        "o'hara_x-y@mail.example.co.uk, o'hara_x-y@mail.example.co.uk, mail.example.co.uk",
        "a@evil.example.com, a@evil.example.com, evil.example.com",
        "a@example.com.evil.test, a@example.com.evil.test, example.com.evil.test",
        "a@bücher.example, a@xn--bcher-kva.example, xn--bcher-kva.example",
        "a@xn--bcher-kva.example, a@xn--bcher-kva.example, xn--bcher-kva.example",
        "https://hooks.example.com/a?b=c#d, https://hooks.example.com, hooks.example.com",
        "HTTPS://Hooks.Example.com:8443/a, https://hooks.example.com:8443, hooks.example.com",
        "https://example.com#@evil.test, https://example.com, example.com"
    })
    void exactlyOneReceiverIsRead(String text, String address, String domain) {
        assertThat(parse(text))
                .isEqualTo(
                        new Receivers.Parsed(
                                new DecisionRequest.Egress(Set.of(address), Set.of(domain))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "ben",
                "@example.com",
                "ben@",
                "ben@localhost",
                "ben@example",
                "ben@example.com.",
                "ben@.example.com",
                "ben@example..com",
                "ben@-example.com",
                "ben@example-.com",
                "ben@exam_ple.com",
                "ben@127.0.0.1",
                "ben@[127.0.0.1]",
                "ben@[IPv6:::1]",
                "ben@2130706433",
                " ben@example.com",
                "ben@example.com ",
                "ben @example.com",
                "ben@ example.com",
                "ben@example.com,eve@evil.test",
                "ben@example.com;eve@evil.test",
                "ben@example.com eve@evil.test",
                "ben@example.com\neve@evil.test",
                "ben@example.com\r\nBcc: eve@evil.test",
                "ben@example.com\u0000@evil.test",
                "ben@example.com%0ABcc:eve@evil.test",
                "user@example.com@evil.test",
                "\"a@example.com\" <x@evil.test>",
                "Ben <ben@example.com>",
                "<ben@example.com>",
                "a@example.com <x@evil.test>",
                "\"ben\"@example.com",
                "\"eve@evil.test,\"@example.com",
                "ben(comment)@example.com",
                "ben@(comment)example.com",
                "eve%evil.test@example.com",
                "evil.test!eve@example.com",
                "@evil.test:ben@example.com",
                "eve=evil.test@example.com",
                ".ben@example.com",
                "ben.@example.com",
                "b..en@example.com",
                "bén@example.com",
                "b\u200Ben@example.com",
                "ben@exa\u200Bmple.com",
                "ben@exa\u00ADmple.com",
                "ben@\u202Eexample.com",
                "ben@ｅｘａｍｐｌｅ.com",
                "ben@example。com",
                "ben@example．com",
                "ben@straße.example",
                "ben\uFF20example.com",
                "ben@xn--a.example",
                "ben@xn--.example",
                "mailto:ben@example.com",
                "ftp://example.com",
                "//example.com",
                "https://",
                "https:///x",
                "https://example",
                "https://127.0.0.1/",
                "https://[::1]/",
                "https://2130706433/",
                "https://user@evil.test/",
                "https://example.com:443@evil.test/",
                "https://example.com\\@evil.test/",
                "https://example.com\\.evil.test/",
                "https://example.com%2eevil.test/",
                "https://example.com:80:90/",
                "https://example.com:/",
                "https://example.com:99999/",
                "https://example.com./",
                "https://exämple.com/",
                "https://example.com/ https://evil.test/",
                "https://example.com/\nhttps://evil.test/",
                "javascript:alert(1)"
            })
    void everythingElseIsRefused(String text) {
        assertThat(parse(text)).isEqualTo(new Receivers.Unparsed("/to"));
    }

    @Test
    void aLookAlikeDomainIsAnotherDomain() {
        var result = parse("ben@ex\u0430mple.com"); // a Cyrillic letter

        assertThat(result).isInstanceOf(Receivers.Parsed.class);
        assertThat(((Receivers.Parsed) result).egress().domains())
                .containsExactly("xn--exmple-4nf.com");
    }

    @Test
    void allNamedArgumentsAreRead() {
        var result =
                receivers(
                        "{\"to\":\"ben@example.com\",\"cc\":[\"Eve@evil.test\",\"ada@example.com\"],"
                                + "\"body\":\"mallory@elsewhere.test\"}");

        assertThat(result)
                .isEqualTo(
                        new Receivers.Parsed(
                                new DecisionRequest.Egress(
                                        Set.of(
                                                "ben@example.com",
                                                "eve@evil.test",
                                                "ada@example.com"),
                                        Set.of("example.com", "evil.test"))));
    }

    @Test
    void anAbsentArgumentNamesNobody() {
        assertThat(receivers("{\"to\":\"ben@example.com\",\"cc\":[]}"))
                .isInstanceOf(Receivers.Parsed.class);
        assertThat(receivers("{\"to\":\"ben@example.com\"}")).isInstanceOf(Receivers.Parsed.class);
    }

    @Test
    void oneBadElementSpoilsTheCall() {
        assertThat(
                        receivers(
                                "{\"to\":\"ben@example.com\",\"cc\":[\"ada@example.com\",\"Eve <eve@evil.test>\"]}"))
                .isEqualTo(new Receivers.Unparsed("/cc"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "1",
                "true",
                "{}",
                "{\"email\":\"ben@example.com\"}",
                "[null]",
                "[1]",
                "[[\"ben@example.com\"]]",
                "[{\"email\":\"ben@example.com\"}]",
                "[\"\"]"
            })
    void whatIsNoTextIsRefused(String cc) {
        assertThat(receivers("{\"to\":\"ben@example.com\",\"cc\":" + cc + "}"))
                .isEqualTo(new Receivers.Unparsed("/cc"));
    }

    @Test
    void aToolThatSendsNeedsAReceiver() {
        assertThat(receivers("{\"cc\":[]}")).isEqualTo(new Receivers.Unparsed("/to"));
    }

    @Test
    void aToolWithoutReceiversHasNone() {
        assertThat(Receivers.parse(Manifests.reading(), object("{\"to\":\"x\"}")))
                .isEqualTo(new Receivers.Parsed(new DecisionRequest.Egress(Set.of(), Set.of())));
    }

    @Test
    void lengthsHaveLimits() {
        assertThat(parse("a".repeat(64) + "@example.com")).isInstanceOf(Receivers.Parsed.class);
        assertThat(parse("a".repeat(65) + "@example.com")).isInstanceOf(Receivers.Unparsed.class);
        assertThat(parse("a@" + "b".repeat(63) + ".com")).isInstanceOf(Receivers.Parsed.class);
        assertThat(parse("a@" + "b".repeat(64) + ".com")).isInstanceOf(Receivers.Unparsed.class);
        assertThat(parse("a@" + "b.".repeat(126) + "com")).isInstanceOf(Receivers.Unparsed.class);
        assertThat(parse("https://example.com/" + "a".repeat(Receivers.MAX_URL)))
                .isInstanceOf(Receivers.Unparsed.class);
    }

    @Test
    void oneReceiverMoreThanTheLimitIsRefused() {
        var cc = new StringBuilder();
        for (var i = 1; i < Receivers.MAX_RECEIVERS; i++) {
            cc.append(i == 1 ? "" : ",").append("\"u").append(i).append("@example.com\"");
        }

        assertThat(receivers("{\"to\":\"a@example.com\",\"cc\":[" + cc + "]}"))
                .isInstanceOf(Receivers.Parsed.class);
        assertThat(receivers("{\"to\":\"a@example.com\",\"cc\":[" + cc + ",\"x@example.com\"]}"))
                .isInstanceOf(Receivers.Unparsed.class);
    }

    private static Receivers parse(String to) {
        return receivers("{\"to\":" + quoted(to) + "}");
    }

    private static Receivers receivers(String arguments) {
        return Receivers.parse(Manifests.sending(), object(arguments));
    }
}
