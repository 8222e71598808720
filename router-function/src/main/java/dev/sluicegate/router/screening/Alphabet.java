package dev.sluicegate.router.screening;

/** Sets of ASCII characters. */
enum Alphabet {
    BASE64(Alphabet.LETTERS_AND_DIGITS + "+/"),
    BASE64_PADDED(Alphabet.LETTERS_AND_DIGITS + "+/="),
    BASE64_URL(Alphabet.LETTERS_AND_DIGITS + "-_"),
    BASE64_URL_PADDED(Alphabet.LETTERS_AND_DIGITS + "-_="),
    /** Of both kinds of base64. */
    BASE64_ANY(Alphabet.LETTERS_AND_DIGITS + "+/-_"),
    BASE64_URL_PATH(Alphabet.LETTERS_AND_DIGITS + "-_/"),
    /** RFC 6750 calls it {@code b64token}; percent signs for those that come out of a URL. */
    TOKEN(Alphabet.LETTERS_AND_DIGITS + "-._~+/=%"),
    /** What an Authorization header may hold after its scheme. */
    CREDENTIAL(Alphabet.LETTERS_AND_DIGITS + "-._~+/=%@!#$&*:"),
    UPPER_AND_DIGITS("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
    DIGITS("0123456789"),
    LOWER_AND_DIGITS("abcdefghijklmnopqrstuvwxyz0123456789"),
    HEX_AND_DASH("0123456789abcdefABCDEF-"),
    HEX("0123456789abcdefABCDEF"),
    ALPHANUMERIC(Alphabet.LETTERS_AND_DIGITS),
    /** What most issuers build their tokens of. */
    WORD(Alphabet.LETTERS_AND_DIGITS + "_"),
    /** What a secret that was typed by a person may hold when no quotes end it. */
    PASSWORD(Alphabet.LETTERS_AND_DIGITS + "-._~+/=%@!#$^*:?"),
    /** RFC 3986, without the characters that end a URL in text. */
    URL(Alphabet.LETTERS_AND_DIGITS + "-._~/?#@!$&*+=%:"),
    /** Local part of a mail address as people have them. */
    MAILBOX(Alphabet.LETTERS_AND_DIGITS + "-._+%'"),
    MACHINE_READABLE("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"),
    /** The text form of crypt(5). */
    CRYPT(Alphabet.LETTERS_AND_DIGITS + "./$=,+"),
    HOST(Alphabet.LETTERS_AND_DIGITS + "-."),
    HEX_AND_COLONS("0123456789abcdefABCDEF:"),
    IDENTIFIER(Alphabet.LETTERS_AND_DIGITS + "_.-"),
    KEY(Alphabet.LETTERS_AND_DIGITS + "_-"),
    SEPARATOR(" \t\r\n\"'`:=>\\,|()[]{}"),
    /** What stands inside of a private key, its quotes, line breaks and headers included. */
    KEY_BODY(Alphabet.LETTERS_AND_DIGITS + "+/= \t\r\n\"'`\\,:-%|");

    private static final String LETTERS_AND_DIGITS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private final long low; // one bit for each of the characters 0 to 63
    private final long high; // and 64 to 127

    Alphabet(String characters) {
        var lower = 0L;
        var upper = 0L;
        for (var i = 0; i < characters.length(); i++) {
            var c = characters.charAt(i);
            if (c < 64) {
                lower |= 1L << c;
            } else {
                upper |= 1L << (c - 64);
            }
        }
        low = lower;
        high = upper;
    }

    boolean holds(char c) {
        return c < 128 && ((c < 64 ? low >>> c : high >>> (c - 64)) & 1) != 0;
    }
}
