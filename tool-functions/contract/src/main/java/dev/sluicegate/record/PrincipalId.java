package dev.sluicegate.record;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The pseudonym of a person or workload: what keys, tags and records carry instead of a name. */
public final class PrincipalId {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int LENGTH = 26; // 130 bits

    private PrincipalId() {}

    /** Base32 of SHA-256 over issuer, a zero byte and subject; 26 characters, lower case. */
    public static String of(String issuer, String subject) {
        byte[] hash;
        try {
            hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest((issuer + '\0' + subject).getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
        var out = new StringBuilder(LENGTH);
        var held = 0;
        var bits = 0;
        for (var b : hash) {
            held = (held << 8) | (b & 0xff);
            bits += 8;
            while (bits >= 5 && out.length() < LENGTH) {
                bits -= 5;
                out.append(ALPHABET.charAt((held >>> bits) & 31));
            }
        }
        return out.toString();
    }
}
