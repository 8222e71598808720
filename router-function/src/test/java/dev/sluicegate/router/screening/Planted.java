package dev.sluicegate.router.screening;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Secrets made up for tests, none of which ever opened anything. */
final class Planted {
    static final String ACCESS_KEY = "AKIAQ3EGTTBX7WNC5HUD";
    static final String SECRET_KEY = "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";
    static final String JWT =
            "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIn0"
                    + ".c2lnbmF0dXJlLXNpZ25hdHVyZQ";
    static final String BEARER = "8f7Gk2mQpL0xVt5RzYw1Ba";
    static final String KEY_BODY =
            "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQC7a7kN8LymUu8Z";
    static final String PEM =
            "-----BEGIN PRIVATE KEY-----\n"
                    + KEY_BODY
                    + "\n8D9r9K2m6N1ZaUT96UrFqjlL9nAqmZ+13D82H1CYLKy0NOAY3XBLzLk46HZd8na2"
                    + "\n-----END PRIVATE KEY-----";
    static final String CARD = "4111111111111111";
    static final String IBAN = "DE89370400440532013000";

    /**
     * @param text as it is planted
     * @param forbidden parts of it that must not survive
     */
    record Secret(String type, String text, List<String> forbidden) {}

    private Planted() {}

    /** One of each type with random contents. */
    static Secret random(Random random) {
        return switch (random.nextInt(7)) {
            case 0 -> {
                var id =
                        List.of("AKIA", "ASIA", "ABIA", "ACCA").get(random.nextInt(4))
                                + characters(random, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16);
                yield new Secret("aws_access_key", id, List.of(id));
            }
            case 1 -> {
                var key = "aB3" + characters(random, Words.BASE64, 37);
                yield new Secret("aws_secret_key", "aws_secret_access_key = " + key, List.of(key));
            }
            case 2 -> {
                var token =
                        "eyJ"
                                + characters(random, Words.BASE64_URL, 30)
                                + ".eyJ"
                                + characters(random, Words.BASE64_URL, 60)
                                + "."
                                + characters(random, Words.BASE64_URL, 43);
                yield new Secret("jwt", token, List.of(token.split("\\.", -1)));
            }
            case 3 -> {
                var token = "t0" + characters(random, Words.BASE64_URL, 30);
                yield new Secret("bearer_token", "Bearer " + token, List.of(token));
            }
            case 4 -> pem(random);
            case 5 -> card(random);
            default -> iban(random);
        };
    }

    private static Secret pem(Random random) {
        var kind =
                List.of("", "RSA ", "EC ", "DSA ", "ENCRYPTED ", "OPENSSH ").get(random.nextInt(6));
        var lines =
                Stream.generate(() -> characters(random, Words.BASE64, 64))
                        .limit(1 + random.nextInt(20))
                        .toList();
        var newline = List.of("\n", "\r\n", "\\n", "\\r\\n").get(random.nextInt(4));
        var text =
                "-----BEGIN "
                        + kind
                        + "PRIVATE KEY-----"
                        + newline
                        + String.join(newline, lines)
                        + newline
                        + "-----END "
                        + kind
                        + "PRIVATE KEY-----";
        return new Secret("private_key", text, lines);
    }

    private static Secret card(Random random) {
        var issuer = List.of("4", "51", "2221", "6011", "3528", "62").get(random.nextInt(6));
        var body = issuer + characters(random, "0123456789", 15 - issuer.length());
        var number = body;
        for (var digit = 0; digit < 10; digit++) {
            if (CheckDigits.luhn(body + digit)) {
                number = body + digit;
            }
        }
        var separator = List.of("", " ", "-", "\u00A0").get(random.nextInt(4));
        var text =
                String.join(
                        separator,
                        number.substring(0, 4),
                        number.substring(4, 8),
                        number.substring(8, 12),
                        number.substring(12));
        return new Secret("card_number", text, List.of(text));
    }

    private static Secret iban(Random random) {
        var bban = characters(random, "0123456789", 18);
        var iban = "";
        for (var check = 2; check <= 98; check++) {
            var candidate = "DE%02d%s".formatted(check, bban);
            if (Iban.valid(candidate)) {
                iban = candidate;
            }
        }
        var text = random.nextBoolean() ? iban : String.join(" ", iban.split("(?<=\\G.{4})", -1));
        return new Secret("iban", text.strip(), List.of(text.strip()));
    }

    static String characters(Random random, String alphabet, int length) {
        var out = new StringBuilder(length);
        for (var i = 0; i < length; i++) {
            out.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return out.toString();
    }

    private static final class Words {
        static final String BASE64 =
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        static final String BASE64_URL =
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    }
}
