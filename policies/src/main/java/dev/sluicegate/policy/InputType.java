package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.policy.cedar.DateTime;
import dev.sluicegate.policy.cedar.Decimal;
import dev.sluicegate.policy.cedar.Domain;
import dev.sluicegate.policy.cedar.Duration;
import dev.sluicegate.policy.cedar.IpAddress;
import dev.sluicegate.policy.cedar.RecordValue;
import dev.sluicegate.policy.cedar.SetValue;
import dev.sluicegate.policy.cedar.Value;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.InetAddress;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How policy sees one argument. The schema text and the values both come from this tree, so that a policy
 * that validated cannot meet a value of another type.
 *
 * <p>An enumeration of strings stays a string: policies compare it with a literal. What Cedar has no type
 * for (unions, tuples, anything without a type) is left out of type and value alike, so a policy that
 * names it cannot be published.
 */
sealed interface InputType {
    /** The type in Cedar schema syntax. */
    String cedar();

    /** Every value there is of it, for listings. */
    Domain domain();

    /**
     * @throws UnrepresentableInputException if Cedar cannot hold the value exactly; its pointer starts at
     *     {@code json}
     */
    Value value(JsonNode json);

    /**
     * @param schema JSON Schema of an object, the tool's input schema
     * @throws InvalidPolicyException if a property has a name that no policy engine can carry
     */
    static Fields of(JsonNode schema) {
        return new Reader(schema).fields(schema, 0);
    }

    /**
     * @param values the only ones the schema allows; empty for any
     */
    record Text(Set<String> values) implements InputType {
        public Text {
            values = Set.copyOf(values);
        }

        @Override
        public String cedar() {
            return "String";
        }

        @Override
        public Domain domain() {
            return new Domain.Words(values);
        }

        @Override
        public Value value(JsonNode json) {
            return new Value.Text(text(json));
        }
    }

    record Whole() implements InputType {
        @Override
        public String cedar() {
            return "Long";
        }

        @Override
        public Domain domain() {
            return Domain.Quantity.INTEGER;
        }

        @Override
        public Value value(JsonNode json) {
            if (!json.isNumber()) {
                throw new UnrepresentableInputException("", "is not an integer");
            }
            try {
                return new Value.Int(
                        json.canConvertToLong() && json.isIntegralNumber()
                                ? json.longValue()
                                : json.decimalValue().longValueExact());
            } catch (ArithmeticException e) {
                throw new UnrepresentableInputException("", "is not an integer of 64 bits");
            }
        }
    }

    record Truth() implements InputType {
        @Override
        public String cedar() {
            return "Bool";
        }

        @Override
        public Domain domain() {
            return new Domain.Truth();
        }

        @Override
        public Value value(JsonNode json) {
            if (!json.isBoolean()) {
                throw new UnrepresentableInputException("", "is not true or false");
            }
            return Value.Bool.of(json.booleanValue());
        }
    }

    record Fraction() implements InputType {
        /** A Cedar decimal is a 64-bit integer with the point four digits from the right. */
        private static final int DIGITS = 4;

        /** So many digits and four more fit into 64 bits. */
        private static final int PLAIN_PRECISION = 14;

        private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE, DIGITS);
        private static final BigDecimal MIN = BigDecimal.valueOf(Long.MIN_VALUE, DIGITS);

        @Override
        public String cedar() {
            return "decimal";
        }

        @Override
        public Domain domain() {
            return Domain.Quantity.DECIMAL;
        }

        @Override
        public Value value(JsonNode json) {
            if (!json.isNumber()) {
                throw new UnrepresentableInputException("", "is not a number");
            }
            return new Decimal(units(json.decimalValue()));
        }

        /**
         * @throws UnrepresentableInputException if {@link #units} would
         */
        static void check(BigDecimal number) {
            if (!isPlain(number)) {
                units(number);
            }
        }

        /** As almost every number is: it fits, whatever its digits are. */
        private static boolean isPlain(BigDecimal number) {
            return number.scale() >= 0
                    && number.scale() <= DIGITS
                    && number.precision() <= PLAIN_PRECISION;
        }

        /** Ten-thousandths. */
        static long units(BigDecimal number) {
            if (isPlain(number)) {
                return number.movePointRight(DIGITS).longValue();
            }
            // compared before it is scaled: 1e999999999 must not be written out
            if (number.compareTo(MAX) > 0 || number.compareTo(MIN) < 0) {
                throw new UnrepresentableInputException(
                        "", "is a number beyond " + MAX.toPlainString());
            }
            var plain = number.scale() > DIGITS ? number.stripTrailingZeros() : number;
            // again before it is scaled, because of 1e-999999999
            if (plain.scale() > DIGITS) {
                throw new UnrepresentableInputException(
                        "", "has more than " + DIGITS + " decimal places");
            }
            return plain.setScale(DIGITS, RoundingMode.UNNECESSARY)
                    .unscaledValue()
                    .longValueExact();
        }
    }

    /** A point in time: formats {@code date-time} and {@code date}. */
    record Moment(boolean dateOnly) implements InputType {
        private static final long FIRST = Instant.parse("0000-01-01T00:00:00Z").getEpochSecond();
        private static final long END = Instant.parse("+10000-01-01T00:00:00Z").getEpochSecond();

        @Override
        public String cedar() {
            return "datetime";
        }

        @Override
        public Domain domain() {
            return Domain.Quantity.DATETIME;
        }

        @Override
        public Value value(JsonNode json) {
            var text = text(json);
            try {
                return dateTime(
                        dateOnly
                                ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                                : OffsetDateTime.parse(text).toInstant());
            } catch (DateTimeException e) {
                throw new UnrepresentableInputException(
                        "", dateOnly ? "is not a date" : "is not a date and time with offset");
            }
        }

        private static DateTime dateTime(Instant instant) {
            if (!instant.equals(instant.truncatedTo(ChronoUnit.MILLIS))) {
                throw new UnrepresentableInputException("", "is finer than a millisecond");
            }
            return new DateTime(millis(instant));
        }

        /** Since 1970, without what is finer. */
        static long millis(Instant instant) {
            if (instant.getEpochSecond() < FIRST || instant.getEpochSecond() >= END) {
                throw new UnrepresentableInputException("", "is outside the years 0 to 9999");
            }
            return instant.toEpochMilli();
        }
    }

    /** ISO 8601 durations of days and below; months and years have no fixed length. */
    record Span() implements InputType {
        @Override
        public String cedar() {
            return "duration";
        }

        @Override
        public Domain domain() {
            return Domain.Quantity.DURATION;
        }

        @Override
        public Value value(JsonNode json) {
            try {
                var span = java.time.Duration.parse(text(json));
                if (!span.equals(span.truncatedTo(ChronoUnit.MILLIS))) {
                    throw new UnrepresentableInputException("", "is finer than a millisecond");
                }
                return new Duration(span.toMillis());
            } catch (DateTimeException | ArithmeticException | IllegalArgumentException e) {
                throw new UnrepresentableInputException(
                        "", "is not a duration of days, hours, minutes and seconds");
            }
        }
    }

    record Address() implements InputType {
        private static final Pattern V4 =
                Pattern.compile("((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(?!$)|$)){4}");

        @Override
        public String cedar() {
            return "ipaddr";
        }

        @Override
        public Domain domain() {
            return new Domain.Address();
        }

        @Override
        public Value value(JsonNode json) {
            var address = address(text(json));
            if (address == null) {
                throw new UnrepresentableInputException("", "is not an IP address");
            }
            return address;
        }

        /** Null when {@code text} is no address. An IPv4-mapped address is the IPv4 address. */
        static @Nullable IpAddress address(String text) {
            try {
                if (V4.matcher(text).matches()) {
                    return IpAddress.parse(text);
                }
                // no zone ids: they mean something on one host only
                return text.indexOf(':') < 0 || text.indexOf('%') >= 0
                        ? null
                        : IpAddress.parse(InetAddress.ofLiteral(text).getHostAddress());
            } catch (IllegalArgumentException e) {
                return null;
            }
        }
    }

    record SetOf(InputType element) implements InputType {
        /** Larger sets cost more to compare than any policy about them is worth. */
        static final int MAX_SIZE = 4_096;

        @Override
        public String cedar() {
            return "Set<" + element.cedar() + ">";
        }

        @Override
        public Domain domain() {
            return new Domain.Many(element.domain());
        }

        @Override
        public Value value(JsonNode json) {
            if (!json.isArray()) {
                throw new UnrepresentableInputException("", "is not an array");
            }
            if (json.size() > MAX_SIZE) {
                throw new UnrepresentableInputException(
                        "", "has more than " + MAX_SIZE + " elements");
            }
            var values = new Value[json.size()];
            for (var i = 0; i < values.length; i++) {
                try {
                    values[i] = element.value(json.path(i));
                } catch (UnrepresentableInputException e) {
                    throw e.under(Integer.toString(i));
                }
            }
            return SetValue.of(values);
        }
    }

    /** An object. Not a record, because what values need of it is kept beside it. */
    final class Fields implements InputType {
        private final SortedMap<String, Field> fields;
        private final String[] names;
        private final InputType[] types;
        private final RecordValue.Shape shape;

        record Field(InputType type, boolean required) {}

        Fields(SortedMap<String, Field> fields) {
            this.fields = Collections.unmodifiableSortedMap(new TreeMap<>(fields));
            names = this.fields.keySet().toArray(new String[0]);
            types = this.fields.values().stream().map(Field::type).toArray(InputType[]::new);
            shape = new RecordValue.Shape(names);
        }

        @Override
        public String cedar() {
            if (fields.isEmpty()) {
                return "{}";
            }
            var out = new StringBuilder("{ ");
            var first = true;
            for (var field : fields.entrySet()) {
                out.append(first ? "" : ", ")
                        .append(Cedar.quoted(field.getKey()))
                        .append(field.getValue().required() ? ": " : "?: ")
                        .append(field.getValue().type().cedar());
                first = false;
            }
            return out.append(" }").toString();
        }

        @Override
        public Domain.Fields domain() {
            var domains = new HashMap<String, Domain.Field>();
            fields.forEach((name, field) ->
                    domains.put(name, new Domain.Field(field.type().domain(), field.required())));
            return new Domain.Fields(domains);
        }

        @Override
        public RecordValue value(JsonNode json) {
            if (!json.isObject()) {
                throw new UnrepresentableInputException("", "is not an object");
            }
            var record = new RecordValue.Builder(shape);
            for (var i = 0; i < names.length; i++) {
                var name = names[i];
                var value = json.get(name);
                if (value != null && !value.isNull()) {
                    try {
                        record.put(name, types[i].value(value));
                    } catch (UnrepresentableInputException e) {
                        throw e.under(name);
                    }
                }
            }
            return record.build();
        }
    }

    private static String text(JsonNode json) {
        if (!json.isTextual()) {
            throw new UnrepresentableInputException("", "is not a string");
        }
        return json.textValue();
    }

    /** Reads JSON Schema, following local references. */
    final class Reader {
        /** As deep as arguments may be. */
        private static final int MAX_DEPTH = 64;

        /** References can make a small schema describe a huge type. */
        private static final int MAX_TYPES = 4_096;

        private final JsonNode root;
        private final Set<String> open = new HashSet<>();
        private int types;

        private Reader(JsonNode root) {
            this.root = root;
        }

        private Fields fields(JsonNode schema, int depth) {
            var required = new HashSet<String>();
            schema.path("required").forEach(name -> required.add(name.asText()));
            var fields = new TreeMap<String, Fields.Field>();
            for (var property : schema.path("properties").properties()) {
                var name = property.getKey();
                if (Cedar.RESERVED_KEYS.contains(name)) {
                    throw new InvalidPolicyException(
                            "property `" + name + "` has a meaning of its own in Cedar's JSON");
                }
                var type = type(property.getValue(), depth + 1);
                if (type != null) {
                    fields.put(
                            name,
                            new Fields.Field(
                                    type,
                                    required.contains(name) && !nullable(property.getValue())));
                }
            }
            return new Fields(fields);
        }

        /** Null when Cedar has no type for it. */
        private @Nullable InputType type(JsonNode written, int depth) {
            var schema = resolved(written);
            if (schema == null || depth > MAX_DEPTH) {
                return null;
            }
            if (++types > MAX_TYPES) {
                throw new InvalidPolicyException("more than " + MAX_TYPES + " argument types");
            }
            var reference = written.path("$ref").asText();
            if (!reference.isEmpty() && !open.add(reference)) {
                return null; // refers to itself: no finite type
            }
            var type = plainType(schema, depth);
            open.remove(reference);
            return type;
        }

        private @Nullable InputType plainType(JsonNode schema, int depth) {
            return switch (typeName(schema)) {
                case "string" -> text(schema);
                case "integer" -> new Whole();
                case "boolean" -> new Truth();
                case "number" -> new Fraction();
                case "object" -> fields(schema, depth);
                case "array" -> {
                    var element = schema.has("prefixItems") ? null : elements(schema, depth);
                    yield element == null ? null : new SetOf(element);
                }
                default -> null;
            };
        }

        private @Nullable InputType elements(JsonNode schema, int depth) {
            var items = schema.path("items");
            return nullable(items) ? null : type(items, depth + 1);
        }

        private static InputType text(JsonNode schema) {
            return switch (schema.path("format").asText()) {
                case "date-time" -> new Moment(false);
                case "date" -> new Moment(true);
                case "duration" -> new Span();
                case "ipv4", "ipv6" -> new Address();
                default -> {
                    var values = new HashSet<String>();
                    if (allStrings(schema.path("enum"))) {
                        schema.path("enum").forEach(value -> values.add(value.textValue()));
                    } else if (schema.path("const").isTextual()) {
                        values.add(schema.path("const").textValue());
                    }
                    yield new Text(values);
                }
            };
        }

        private static String typeName(JsonNode schema) {
            var type = schema.path("type");
            if (type.isTextual()) {
                return type.textValue();
            }
            if (type.isArray()) {
                var names = new ArrayList<String>();
                type.forEach(name -> names.add(name.asText()));
                names.remove("null");
                return names.size() == 1 ? names.getFirst() : "";
            }
            if (schema.has("properties")) {
                return "object";
            }
            var values = schema.path("enum");
            return allStrings(values) || schema.path("const").isTextual() ? "string" : "";
        }

        private static boolean allStrings(JsonNode values) {
            var all = values.isArray() && !values.isEmpty();
            for (var value : values) {
                all &= value.isTextual();
            }
            return all;
        }

        private boolean nullable(JsonNode written) {
            var schema = resolved(written);
            var types = new HashSet<String>();
            if (schema != null) {
                schema.path("type").forEach(name -> types.add(name.asText()));
            }
            return types.contains("null");
        }

        private @Nullable JsonNode resolved(JsonNode written) {
            var schema = written;
            for (Set<String> seen = new HashSet<>(); schema.has("$ref"); ) {
                var reference = schema.path("$ref").asText();
                if (!reference.startsWith("#/") || !seen.add(reference)) {
                    return null;
                }
                schema = root.at(reference.substring(1));
            }
            return schema.isObject() ? schema : null;
        }
    }

    /** A set of strings. */
    static SetValue strings(Set<String> values) {
        if (values.isEmpty()) {
            return SetValue.EMPTY;
        }
        var texts = new Value[values.size()];
        var i = 0;
        for (var value : values) {
            texts[i++] = new Value.Text(value);
        }
        return SetValue.of(texts);
    }
}
