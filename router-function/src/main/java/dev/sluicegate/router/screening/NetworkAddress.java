package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** IP addresses of people (where a word says so; servers have them, too) and of network cards. */
final class NetworkAddress implements Detector {
    static final String IP = "ip_address";
    static final String MAC = "mac_address";

    private static final int MAX_IPV6 = 39;
    private static final int MAC_LENGTH = 17;

    private static final WordList PERSON =
            WordList.of(
                    "client ip",
                    "clientip",
                    "user ip",
                    "userip",
                    "remote ip",
                    "remote addr",
                    "ip address",
                    "ipaddress",
                    "login from",
                    "logged in from",
                    "last login",
                    "signup ip",
                    "visitor",
                    "x forwarded for");

    private static final WordList CARD =
            WordList.of("mac", "mac address", "macaddress", "hwaddr", "ethernet");

    @Override
    public List<String> keywords() {
        return List.of();
    }

    @Override
    public boolean anchorsAtDigits() {
        return true;
    }

    @Override
    public @Nullable Span at(Leaf leaf, int start, int end) {
        var before = leaf.charAt(start - 1);
        var dot = leaf.runEnd(start, Alphabet.DIGITS, 4);
        if (leaf.charAt(dot) == '.' && before != '.' && !Leaf.isAlphanumeric(before)) {
            return ipv4(leaf, start);
        }
        if (before == ':'
                || leaf.charAt(start + 1) == ':'
                || leaf.charAt(start + 2) == ':'
                || Leaf.isHex(before)
                || Leaf.isHex(leaf.charAt(start + 1))) {
            return colons(leaf, start);
        }
        return null;
    }

    private static @Nullable Span ipv4(Leaf leaf, int start) {
        var i = start;
        for (var part = 0; part < 4; part++) {
            var to = leaf.runEnd(i, Alphabet.DIGITS, 4);
            if (to == i || to - i > 3 || CheckDigits.number(leaf.text(), i, to) > 255) {
                return null;
            }
            i = to;
            if (part < 3 && leaf.charAt(i++) != '.') {
                return null;
            }
        }
        if (leaf.charAt(i) == '.' && Leaf.isDigit(leaf.charAt(i + 1))) {
            return null;
        }
        return Nearby.of(leaf, start).saysAny(PERSON) ? span(leaf, start, i, IP) : null;
    }

    private static @Nullable Span colons(Leaf leaf, int start) {
        var from = leaf.runStart(start, Alphabet.HEX_AND_COLONS, MAX_IPV6 + 1);
        while (from < start && leaf.charAt(from) == ':') {
            from++;
        }
        var to = leaf.runEnd(start, Alphabet.HEX_AND_COLONS, MAX_IPV6 + 1);
        while (to > start && leaf.charAt(to - 1) == ':') {
            to--;
        }
        if (to - from > MAX_IPV6
                || Leaf.isAlphanumeric(leaf.charAt(from - 1))
                || Leaf.isAlphanumeric(leaf.charAt(to))) {
            return null;
        }
        var groups = 1;
        var shortest = MAX_IPV6;
        var longest = 0;
        var size = 0;
        for (var i = from; i <= to; i++) {
            if (i == to || leaf.charAt(i) == ':') {
                groups += i < to ? 1 : 0;
                shortest = Math.min(shortest, size);
                longest = Math.max(longest, size);
                size = 0;
            } else {
                size++;
            }
        }
        var nearby = Nearby.of(leaf, from);
        if (to - from == MAC_LENGTH && groups == 6 && shortest == 2 && longest == 2) {
            return nearby.saysAny(CARD) ? span(leaf, from, to, MAC) : null;
        }
        var whole = groups == 8 && shortest > 0;
        var cut = groups >= 3 && groups < 8 && shortest == 0;
        return longest <= 4 && (whole || cut) && nearby.saysAny(PERSON)
                ? span(leaf, from, to, IP)
                : null;
    }

    private static Span span(Leaf leaf, int from, int to, String type) {
        return new Span(from, to, type, Label.PII, leaf.text().substring(from, to));
    }
}
