package dev.sluicegate.policy;

import com.cedarpolicy.value.CedarList;
import com.cedarpolicy.value.CedarMap;
import com.cedarpolicy.value.EntityTypeName;
import com.cedarpolicy.value.EntityUID;
import com.cedarpolicy.value.PrimBool;
import com.cedarpolicy.value.PrimLong;
import com.cedarpolicy.value.PrimString;
import dev.sluicegate.policy.cedar.DateTime;
import dev.sluicegate.policy.cedar.Decimal;
import dev.sluicegate.policy.cedar.Duration;
import dev.sluicegate.policy.cedar.Entities;
import dev.sluicegate.policy.cedar.Entity;
import dev.sluicegate.policy.cedar.EntityUid;
import dev.sluicegate.policy.cedar.IpAddress;
import dev.sluicegate.policy.cedar.RecordValue;
import dev.sluicegate.policy.cedar.Request;
import dev.sluicegate.policy.cedar.SetValue;
import dev.sluicegate.policy.cedar.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A schema, entities and policies by chance. Expressions mostly have the type they need, so that much of
 * them is evaluated, and sometimes another; literals are often at the edges of what there is.
 */
final class RandomWorld {
    /** Of an attribute or an expression. */
    private enum Kind {
        BOOL,
        LONG,
        STRING,
        USER,
        DECIMAL,
        IP,
        DATETIME,
        DURATION,
        STRINGS,
        LONGS,
        USERS,
        RECORD
    }

    private static final Kind[] KINDS = Kind.values();

    static final List<String> LONGS =
            List.of(
                    "0",
                    "1",
                    "2",
                    "-1",
                    "7",
                    "100",
                    "9223372036854775807",
                    "-9223372036854775808",
                    "4611686018427387904",
                    "3037000500",
                    "-3037000500",
                    "9223372036854775806");
    static final List<String> TEXTS =
            List.of(
                    "",
                    "a",
                    "b",
                    "ab",
                    "aab",
                    "*",
                    "a*b",
                    "\u00e9",
                    "\u6f22\u5b57",
                    "\ud83e\uddc0",
                    "\ud83e\uddc0a",
                    "x\u0000y",
                    "\"q\"",
                    "\\",
                    "10.0.0.1",
                    "1.5",
                    "1d",
                    "2024-02-29");
    static final List<String> DECIMALS =
            List.of(
                    "0.0",
                    "-0.0",
                    "0.0001",
                    "-0.0001",
                    "1.5",
                    "1.50",
                    "01.5",
                    "100.0000",
                    "922337203685477.5807",
                    "-922337203685477.5808",
                    "922337203685477.5806");
    static final List<String> BAD_DECIMALS =
            List.of(
                    "922337203685477.5808",
                    "-922337203685477.5809",
                    "1.00000",
                    "1",
                    ".5",
                    "1.",
                    "",
                    "-",
                    "-.5",
                    "+1.0",
                    "1e3.0",
                    " 1.0",
                    "\u0661.0",
                    "1.0.0",
                    "99999999999999999999.0",
                    "--1.0");
    static final List<String> IPS =
            List.of(
                    "10.0.0.1",
                    "10.0.0.0/8",
                    "10.255.255.255",
                    "0.0.0.0/0",
                    "127.0.0.1",
                    "127.0.0.0/8",
                    "127.0.0.0/7",
                    "224.0.0.1",
                    "224.0.0.0/4",
                    "224.0.0.0/3",
                    "255.255.255.255/32",
                    "::1",
                    "::1/127",
                    "::",
                    "::/0",
                    "ff00::/8",
                    "ff00::/7",
                    "2001:db8::1",
                    "2001:db8::/32",
                    "1:2:3:4:5:6:7:8",
                    "fe80::1/64",
                    "::ffff:0:1",
                    "1::8/66",
                    "2001:db8::/65");
    static final List<String> BAD_IPS =
            List.of(
                    "10.0.0",
                    "10.0.0.256",
                    "010.0.0.1",
                    "10.0.0.1/33",
                    "10.0.0.1/08",
                    "10.0.0.1/",
                    "::ffff:10.0.0.1",
                    "1:2:3:4:5:6:7",
                    "1::2::3",
                    "1:2:3:4:5:6:7:8:9",
                    ":1",
                    "::g",
                    "12345::",
                    "",
                    "/8",
                    "10.0.0.1/-1",
                    "::1/129",
                    "fe80::1%eth0",
                    "10.0.0.1 ",
                    "1:2:3:4:5:6:7::8",
                    "::1/001",
                    "1:2:3:4:5:6:7::",
                    "10.0.0.1/8/8",
                    "\u0661.0.0.1",
                    "1000.0.0.1",
                    "::1:2:3:4:5:6:7",
                    ":::",
                    "1:");
    static final List<String> DATETIMES =
            List.of(
                    "1970-01-01",
                    "2024-02-29",
                    "0000-01-01",
                    "9999-12-31",
                    "2024-01-01T00:00:00Z",
                    "2024-01-01T23:59:59.999Z",
                    "2024-01-01T12:00:00+0130",
                    "2024-01-01T12:00:00.001-2359",
                    "1969-12-31T23:59:59.999Z",
                    "0000-01-01T00:00:00+2359");
    static final List<String> BAD_DATETIMES =
            List.of(
                    "2023-02-29",
                    "2024-13-01",
                    "2024-00-10",
                    "2024-01-32",
                    "24-01-01",
                    "",
                    "2024-01-01T",
                    "2024-01-01T00:00:00",
                    "2024-01-01T24:00:00Z",
                    "2024-01-01T00:60:00Z",
                    "2024-01-01T00:00:60Z",
                    "2024-01-01T00:00:00.1Z",
                    "2024-01-01T00:00:00+2400",
                    "2024-01-01T00:00:00+0060",
                    "2024-01-01T00:00:00+01:00",
                    "10000-01-01",
                    "-001-01-01",
                    "2024-01-01Z",
                    "2024-01-01T00:00:00ZZ",
                    "2024-01-01 00:00:00Z",
                    "2024-01-01T00:00:00.000");
    static final List<String> DURATIONS =
            List.of(
                    "0ms",
                    "1d",
                    "-1d",
                    "1d2h3m4s5ms",
                    "-1ms",
                    "9223372036854775807ms",
                    "-9223372036854775808ms",
                    "106751991167d",
                    "24h",
                    "0d0h",
                    "0001s",
                    "-0ms",
                    "90m",
                    "1h1ms");
    static final List<String> BAD_DURATIONS =
            List.of(
                    "",
                    "-",
                    "1",
                    "d",
                    "1h1d",
                    "1s1s",
                    "1.5s",
                    "9223372036854775808ms",
                    "-9223372036854775809ms",
                    "106751991168d",
                    "1w",
                    "+1d",
                    "1D",
                    "1d ",
                    " 1d",
                    "--1d",
                    "1d-1h",
                    "99999999999999999999999d",
                    "1mss",
                    "\u0661d");
    static final List<String> PATTERNS =
            List.of(
                    "*",
                    "a*",
                    "*b",
                    "a*b",
                    "**",
                    "\\*",
                    "",
                    "a",
                    "*a*",
                    "\u00e9*",
                    "*\\u{1f9c0}*",
                    "a\\**b",
                    "*\\\\*",
                    "\\u{1f9c0}");
    private static final List<String> NAMES =
            List.of("p", "q", "r", "s", "x y", "\u00e9", "if", "\ud83e\uddc0");
    private static final List<String> ACTIONS = List.of("view", "edit", "drop", "look");

    private final Random random;
    private final Map<String, Kind> attributes = new TreeMap<>();
    private final Map<String, Kind> inner = new TreeMap<>();
    private final List<Entity> ours = new ArrayList<>();
    private final Set<com.cedarpolicy.model.entity.Entity> theirs = new HashSet<>();
    private final Entities entities;

    RandomWorld(Random random) {
        this.random = random;
        for (var name : NAMES) {
            attributes.put(name, pick(KINDS));
            inner.put(name, pick(Kind.BOOL, Kind.LONG, Kind.STRING, Kind.DECIMAL, Kind.STRINGS));
        }
        for (var type : List.of("User", "Group", "Space::Photo")) {
            for (var i = 0; i < (type.equals("Group") ? 3 : 2); i++) {
                if (chance(85)) {
                    add(new Uid(type, "" + i), i);
                }
            }
        }
        for (var i = 0; i < 3; i++) {
            var parents = i < 2 ? List.of(new Uid("Action", "all")) : List.<Uid>of();
            add(new Uid("Action", ACTIONS.get(i)), new TreeMap<>(), parents, new TreeMap<>());
        }
        add(new Uid("Action", "all"), new TreeMap<>(), List.of(), new TreeMap<>());
        entities = Entities.of(ours);
    }

    /** One value in both worlds. */
    record Both(Value ours, com.cedarpolicy.value.Value theirs) {}

    record Uid(String type, String id) {
        EntityUid ourUid() {
            return new EntityUid(type, id);
        }

        EntityUID theirUid() {
            return EntityTypeName.parse(type).orElseThrow().of(id);
        }

        @Override
        public String toString() {
            return type + "::\"" + id + "\"";
        }
    }

    record Asked(Uid principal, Uid action, Uid resource, Both context) {
        Request ours() {
            return new Request(
                    principal.ourUid(),
                    action.ourUid(),
                    resource.ourUid(),
                    (RecordValue) context.ours());
        }

        Map<String, com.cedarpolicy.value.Value> theirContext() {
            return (CedarMap) context.theirs();
        }
    }

    Entities entities() {
        return entities;
    }

    Set<com.cedarpolicy.model.entity.Entity> theirEntities() {
        return theirs;
    }

    Asked request() {
        return new Asked(
                chance(90) ? uid("User") : uid("Group"),
                new Uid("Action", pick(ACTIONS)),
                chance(90) ? uid("Space::Photo") : uid("User"),
                record(attributes, 70, 2));
    }

    String policies() {
        return IntStream.range(0, 2 + random.nextInt(6))
                .mapToObj(i -> policy())
                .collect(Collectors.joining("\n"));
    }

    private String policy() {
        var out = new StringBuilder(chance(65) ? "permit (" : "forbid (");
        out.append(scope("principal", "User", "Group")).append(", ");
        out.append(
                switch (random.nextInt(5)) {
                    case 0 -> "action == Action::\"" + pick(ACTIONS) + "\"";
                    case 1 -> "action in Action::\"all\"";
                    case 2 ->
                            "action in [Action::\"all\", Action::\""
                                    + pick(ACTIONS)
                                    + "\", Action::\"view\"]";
                    default -> "action";
                });
        out.append(", ").append(scope("resource", "Space::Photo", "Group")).append(")");
        for (var i = random.nextInt(3); i > 0; i--) {
            out.append(chance(75) ? " when { " : " unless { ")
                    .append(expression(Kind.BOOL, 4))
                    .append(" }");
        }
        return out.append(";").toString();
    }

    private String scope(String variable, String type, String groups) {
        return switch (random.nextInt(7)) {
            case 0 -> variable + " == " + uid(type);
            case 1 -> variable + " in " + uid(groups);
            case 2 -> variable + " is " + type;
            case 3 -> variable + " is " + type + " in " + uid(groups);
            default -> variable;
        };
    }

    private String expression(Kind wanted, int depth) {
        var kind = chance(3) ? pick(KINDS) : wanted;
        if (depth <= 0 || chance(25)) {
            return chance(60) ? path(kind) : literal(kind);
        }
        if (chance(6)) {
            return "(if "
                    + expression(Kind.BOOL, depth - 1)
                    + " then "
                    + expression(kind, depth - 1)
                    + " else "
                    + expression(kind, depth - 1)
                    + ")";
        }
        return switch (kind) {
            case BOOL -> bool(depth - 1);
            case LONG ->
                    switch (random.nextInt(6)) {
                        case 0 -> "(-" + expression(Kind.LONG, depth - 1) + ")";
                        case 1 ->
                                expression(Kind.DURATION, depth - 1)
                                        + "."
                                        + pick(
                                                "toMilliseconds",
                                                "toSeconds",
                                                "toMinutes",
                                                "toHours",
                                                "toDays")
                                        + "()";
                        default ->
                                "("
                                        + expression(Kind.LONG, depth - 1)
                                        + pick(" + ", " - ", " * ")
                                        + expression(Kind.LONG, depth - 1)
                                        + ")";
                    };
            case STRING ->
                    expression(Kind.USER, depth - 1) + ".getTag(" + literal(Kind.STRING) + ")";
            case DECIMAL -> "decimal(" + expression(Kind.STRING, depth - 2) + ")";
            case IP -> "ip(" + expression(Kind.STRING, depth - 2) + ")";
            case DATETIME ->
                    chance(60)
                            ? expression(Kind.DATETIME, depth - 1)
                                    + ".offset("
                                    + expression(Kind.DURATION, depth - 1)
                                    + ")"
                            : expression(Kind.DATETIME, depth - 1) + ".toDate()";
            case DURATION ->
                    chance(60)
                            ? expression(Kind.DATETIME, depth - 1)
                                    + ".durationSince("
                                    + expression(Kind.DATETIME, depth - 1)
                                    + ")"
                            : expression(Kind.DATETIME, depth - 1) + ".toTime()";
            case STRINGS -> set(Kind.STRING, depth - 1);
            case LONGS -> set(Kind.LONG, depth - 1);
            case USERS -> set(Kind.USER, depth - 1);
            case RECORD ->
                    "{"
                            + quoted(pick(NAMES))
                            + ": "
                            + expression(pick(KINDS), depth - 1)
                            + ", other: "
                            + expression(Kind.LONG, depth - 2)
                            + "}";
            case USER -> path(Kind.USER);
        };
    }

    private String bool(int depth) {
        return switch (random.nextInt(17)) {
            case 0, 1, 2 ->
                    "("
                            + expression(Kind.BOOL, depth)
                            + " && "
                            + expression(Kind.BOOL, depth)
                            + ")";
            case 3, 4 ->
                    "("
                            + expression(Kind.BOOL, depth)
                            + " || "
                            + expression(Kind.BOOL, depth)
                            + ")";
            case 5 -> "!(" + expression(Kind.BOOL, depth) + ")";
            case 6 -> {
                var kind = pick(Kind.LONG, Kind.LONG, Kind.DATETIME, Kind.DURATION);
                yield "("
                        + expression(kind, depth)
                        + pick(" < ", " <= ", " > ", " >= ")
                        + expression(kind, depth)
                        + ")";
            }
            case 7, 8 -> {
                var kind = pick(KINDS);
                yield "("
                        + expression(kind, depth)
                        + pick(" == ", " != ")
                        + expression(chance(80) ? kind : pick(KINDS), depth)
                        + ")";
            }
            case 9 -> {
                var of = pick("principal", "resource", "context", path(Kind.RECORD));
                var name = pick(NAMES);
                yield "("
                        + of
                        + " has "
                        + quoted(name)
                        + (chance(70)
                                ? " && "
                                        + of
                                        + "["
                                        + quoted(name)
                                        + "] == "
                                        + expression(kindOf(of, name), depth)
                                : "")
                        + ")";
            }
            case 10 -> "(" + expression(Kind.STRING, depth) + " like \"" + pick(PATTERNS) + "\")";
            case 11 ->
                    "("
                            + expression(Kind.USER, depth)
                            + (chance(50)
                                    ? " in "
                                            + expression(chance(50) ? Kind.USER : Kind.USERS, depth)
                                    : " is "
                                            + pick("User", "Group")
                                            + (chance(40) ? " in " + uid("Group") : ""))
                            + ")";
            case 12 -> {
                var kind = pick(Kind.STRING, Kind.LONG, Kind.USER);
                var set =
                        kind == Kind.STRING
                                ? Kind.STRINGS
                                : kind == Kind.LONG ? Kind.LONGS : Kind.USERS;
                yield chance(40)
                        ? expression(set, depth) + ".contains(" + expression(kind, depth) + ")"
                        : expression(set, depth)
                                + pick(".containsAll(", ".containsAny(")
                                + expression(set, depth)
                                + ")";
            }
            case 13 -> expression(pick(Kind.STRINGS, Kind.LONGS, Kind.USERS), depth) + ".isEmpty()";
            case 14 ->
                    expression(Kind.USER, depth)
                            + ".hasTag("
                            + expression(Kind.STRING, depth)
                            + ")";
            case 15 ->
                    expression(Kind.DECIMAL, depth)
                            + "."
                            + pick(
                                    "lessThan",
                                    "lessThanOrEqual",
                                    "greaterThan",
                                    "greaterThanOrEqual")
                            + "("
                            + expression(Kind.DECIMAL, depth)
                            + ")";
            default ->
                    expression(Kind.IP, depth)
                            + (chance(50)
                                    ? ".isInRange(" + expression(Kind.IP, depth) + ")"
                                    : "."
                                            + pick("isIpv4", "isIpv6", "isLoopback", "isMulticast")
                                            + "()");
        };
    }

    private Kind kindOf(String of, String name) {
        return of.startsWith("context[") || of.contains("][")
                ? kind(inner, name)
                : kind(attributes, name);
    }

    private static Kind kind(Map<String, Kind> kinds, String name) {
        return kinds.getOrDefault(name, Kind.LONG);
    }

    private String set(Kind element, int depth) {
        return IntStream.range(0, random.nextInt(4))
                .mapToObj(i -> expression(element, depth))
                .collect(Collectors.joining(", ", "[", "]"));
    }

    /** An attribute of that kind if there is one. */
    private String path(Kind kind) {
        if (kind == Kind.USER && chance(60)) {
            return pick("principal", "resource", "principal", uid("User").toString());
        }
        var names =
                attributes.entrySet().stream()
                        .filter(attribute -> attribute.getValue() == kind)
                        .map(Map.Entry::getKey)
                        .toList();
        if (names.isEmpty()) {
            return literal(kind);
        }
        return pick("principal", "resource", "context", "context")
                + "["
                + quoted(pick(names))
                + "]";
    }

    private String literal(Kind kind) {
        return switch (kind) {
            case BOOL -> pick("true", "false");
            case LONG -> {
                var number = pick(LONGS);
                yield number.startsWith("-") ? "(" + number + ")" : number;
            }
            case STRING -> quoted(pick(TEXTS));
            case USER -> uid("User").toString();
            case DECIMAL -> "decimal(" + quoted(often(DECIMALS, BAD_DECIMALS)) + ")";
            case IP -> "ip(" + quoted(often(IPS, BAD_IPS)) + ")";
            case DATETIME -> "datetime(" + quoted(often(DATETIMES, BAD_DATETIMES)) + ")";
            case DURATION -> "duration(" + quoted(often(DURATIONS, BAD_DURATIONS)) + ")";
            case STRINGS -> set(Kind.STRING, 0);
            case LONGS -> set(Kind.LONG, 0);
            case USERS -> set(Kind.USER, 0);
            case RECORD -> "{" + quoted(pick(NAMES)) + ": " + literal(Kind.LONG) + "}";
        };
    }

    private String often(List<String> good, List<String> bad) {
        return pick(chance(85) ? good : bad);
    }

    private void add(Uid uid, int index) {
        var groups = new ArrayList<Uid>();
        for (var i = uid.type().equals("Group") ? index + 1 : 0; i < 4; i++) {
            if (chance(35)) {
                groups.add(new Uid("Group", "" + i));
            }
        }
        var tags = new TreeMap<String, Both>();
        for (var text : TEXTS) {
            if (chance(12)) {
                tags.put(text, value(chance(90) ? Kind.STRING : pick(KINDS), 1));
            }
        }
        add(uid, fields(attributes, uid.type().equals("Group") ? 15 : 70, 2), groups, tags);
    }

    private void add(Uid uid, Map<String, Both> facts, List<Uid> parents, Map<String, Both> tags) {
        ours.add(
                new Entity(
                        uid.ourUid(),
                        ours(facts),
                        parents.stream().map(Uid::ourUid).toList(),
                        ours(tags)));
        theirs.add(
                new com.cedarpolicy.model.entity.Entity(
                        uid.theirUid(),
                        new HashMap<>(theirs(facts)),
                        parents.stream().map(Uid::theirUid).collect(Collectors.toSet()),
                        new HashMap<>(theirs(tags))));
    }

    private static RecordValue ours(Map<String, Both> fields) {
        var record = new RecordValue.Builder(fields.size());
        fields.forEach((name, value) -> record.put(name, value.ours()));
        return record.build();
    }

    private static CedarMap theirs(Map<String, Both> fields) {
        var map = new CedarMap();
        fields.forEach((name, value) -> map.put(name, value.theirs()));
        return map;
    }

    private Map<String, Both> fields(Map<String, Kind> kinds, int percent, int depth) {
        var fields = new TreeMap<String, Both>();
        kinds.forEach((name, kind) -> {
            if (chance(percent)) {
                fields.put(name, value(chance(96) ? kind : pick(KINDS), depth - 1));
            }
        });
        return fields;
    }

    private Both record(Map<String, Kind> kinds, int percent, int depth) {
        var fields = fields(kinds, percent, depth);
        return new Both(ours(fields), theirs(fields));
    }

    private Both value(Kind kind, int depth) {
        return switch (kind) {
            case BOOL -> {
                var truth = random.nextBoolean();
                yield new Both(Value.Bool.of(truth), new PrimBool(truth));
            }
            case LONG -> {
                var number = Long.parseLong(pick(LONGS));
                yield new Both(new Value.Int(number), new PrimLong(number));
            }
            case STRING -> {
                var text = pick(TEXTS);
                yield new Both(new Value.Text(text), new PrimString(text));
            }
            case USER -> {
                var uid = uid("User");
                yield new Both(uid.ourUid(), uid.theirUid());
            }
            case DECIMAL -> {
                var text = pick(DECIMALS);
                yield new Both(Decimal.parse(text), new com.cedarpolicy.value.Decimal(text));
            }
            case IP -> {
                var text = pick(IPS);
                yield new Both(IpAddress.parse(text), new com.cedarpolicy.value.IpAddress(text));
            }
            case DATETIME -> {
                var text = pick(DATETIMES);
                yield new Both(DateTime.parse(text), new com.cedarpolicy.value.DateTime(text));
            }
            case DURATION -> {
                var text = pick(DURATIONS);
                yield new Both(Duration.parse(text), new com.cedarpolicy.value.Duration(text));
            }
            case STRINGS -> values(Kind.STRING, depth);
            case LONGS -> values(Kind.LONG, depth);
            case USERS -> values(Kind.USER, depth);
            case RECORD ->
                    depth > 0
                            ? record(inner, 60, depth)
                            : new Both(RecordValue.EMPTY, new CedarMap());
        };
    }

    private Both values(Kind element, int depth) {
        // now and then more than are scanned one by one
        var values =
                IntStream.range(0, random.nextInt(chance(10) ? 14 : 4))
                        .mapToObj(i -> value(element, depth))
                        .toList();
        return new Both(
                SetValue.of(values.stream().map(Both::ours).toList()),
                new CedarList(values.stream().map(Both::theirs).toList()));
    }

    private Uid uid(String type) {
        return new Uid(type, "" + random.nextInt(4));
    }

    private static String quoted(String text) {
        return Cedar.quoted(text);
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    @SafeVarargs
    private <T> T pick(T... values) {
        return values[random.nextInt(values.length)];
    }

    private <T> T pick(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
