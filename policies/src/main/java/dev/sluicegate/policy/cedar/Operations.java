package dev.sluicegate.policy.cedar;

import dev.sluicegate.policy.cedar.Expression.BinaryOperator;

/** What operators do with values, for evaluation and for listings alike. */
final class Operations {
    private Operations() {}

    static boolean has(Value of, String name, Entities entities) {
        if (of instanceof RecordValue fields) {
            return fields.get(name) != null;
        }
        if (of instanceof EntityUid uid) {
            var entity = entities.find(uid);
            return entity != null && entity.attributes().get(name) != null;
        }
        throw new EvaluationException("`has` needs a record or an entity");
    }

    static Value attribute(Value of, String name, Entities entities) {
        var value =
                of instanceof RecordValue fields
                        ? fields.get(name)
                        : facts(of, entities).attributes().get(name);
        if (value == null) {
            throw new EvaluationException("attribute `" + name + "` is not there");
        }
        return value;
    }

    private static Entity facts(Value of, Entities entities) {
        if (!(of instanceof EntityUid uid)) {
            throw new EvaluationException("only a record or an entity has attributes");
        }
        var entity = entities.find(uid);
        if (entity == null) {
            throw new EvaluationException("entity is not known");
        }
        return entity;
    }

    static Value negate(Value of) {
        var value = whole(of);
        if (value == Long.MIN_VALUE) {
            throw overflow();
        }
        return new Value.Int(-value);
    }

    static boolean ordered(BinaryOperator operator, Value left, Value right) {
        long a;
        long b;
        if (left instanceof Value.Int x && right instanceof Value.Int y) {
            a = x.value();
            b = y.value();
        } else if (left instanceof DateTime x && right instanceof DateTime y) {
            a = x.millis();
            b = y.millis();
        } else if (left instanceof Duration x && right instanceof Duration y) {
            a = x.millis();
            b = y.millis();
        } else {
            throw new EvaluationException(
                    "`" + operator.word() + "` needs two numbers, datetimes or durations");
        }
        return switch (operator) {
            case LESS -> a < b;
            case LESS_OR_EQUAL -> a <= b;
            case GREATER -> a > b;
            case GREATER_OR_EQUAL -> a >= b;
            default -> throw new IllegalStateException(operator.word());
        };
    }

    static Value arithmetic(BinaryOperator operator, Value left, Value right) {
        var a = whole(left);
        var b = whole(right);
        try {
            return new Value.Int(
                    switch (operator) {
                        case ADD -> Math.addExact(a, b);
                        case SUBTRACT -> Math.subtractExact(a, b);
                        case MULTIPLY -> Math.multiplyExact(a, b);
                        default -> throw new IllegalStateException(operator.word());
                    });
        } catch (ArithmeticException e) {
            throw overflow();
        }
    }

    static boolean in(Value left, Value right, Entities entities) {
        var uid = entity(left);
        return switch (right) {
            case EntityUid other -> isIn(uid, other, entities);
            case SetValue others -> {
                for (var other : others.raw()) {
                    entity(other); // all of them, before any of them decides
                }
                for (var other : others.raw()) {
                    if (isIn(uid, entity(other), entities)) {
                        yield true;
                    }
                }
                yield false;
            }
            default -> throw new EvaluationException("`in` needs an entity or a set of entities");
        };
    }

    static boolean isIn(EntityUid uid, EntityUid other, Entities entities) {
        if (uid.equals(other)) {
            return true;
        }
        var entity = entities.find(uid);
        return entity != null && entity.isBelow(other);
    }

    static boolean contains(BinaryOperator operator, Value left, Value right) {
        var all = set(left);
        return switch (operator) {
            case CONTAINS -> all.contains(right);
            case CONTAINS_ALL -> all.containsAll(set(right));
            case CONTAINS_ANY -> all.containsAny(set(right));
            default -> throw new IllegalStateException(operator.word());
        };
    }

    static boolean hasTag(Value left, Value right, Entities entities) {
        var uid = entity(left);
        var name = string(right);
        var entity = entities.find(uid);
        return entity != null && entity.tags().get(name) != null;
    }

    static Value tag(Value left, Value right, Entities entities) {
        var uid = entity(left);
        var name = string(right);
        var entity = entities.find(uid);
        if (entity == null) {
            throw new EvaluationException("entity is not known");
        }
        var value = entity.tags().get(name);
        if (value == null) {
            throw new EvaluationException("tag is not there");
        }
        return value;
    }

    static EntityUid entity(Value value) {
        if (value instanceof EntityUid uid) {
            return uid;
        }
        throw new EvaluationException("not an entity where one is needed");
    }

    static SetValue set(Value value) {
        if (value instanceof SetValue set) {
            return set;
        }
        throw new EvaluationException("not a set where one is needed");
    }

    static String string(Value value) {
        if (value instanceof Value.Text text) {
            return text.value();
        }
        throw new EvaluationException("not a string where one is needed");
    }

    static long whole(Value value) {
        if (value instanceof Value.Int number) {
            return number.value();
        }
        throw new EvaluationException("not an integer where one is needed");
    }

    private static EvaluationException overflow() {
        return new EvaluationException("integer out of range");
    }
}
