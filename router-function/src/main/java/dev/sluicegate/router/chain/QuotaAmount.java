package dev.sluicegate.router.chain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.ToolManifest;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** What one call counts against the amount of the day. */
public final class QuotaAmount {
    /** More than any business moves in a day; what is larger counts as this and fits no quota. */
    static final BigDecimal MAX = new BigDecimal("1000000000000000");

    /** Digits behind the point: a sum over a day stays far below the 38 digits of DynamoDB. */
    private static final int SCALE = 6;

    private QuotaAmount() {}

    /**
     * The argument that {@code quota.sum} names, never negative: what flows back counts as what flows
     * out, or a negative amount would make room for another. Zero when the tool has no such quota or the
     * argument is absent.
     *
     * @throws IllegalArgumentException if the argument is there and is no number
     */
    public static BigDecimal of(ToolManifest manifest, ObjectNode arguments) {
        var quota = manifest.quota();
        if (quota == null) {
            return BigDecimal.ZERO;
        }
        var path = ArgumentPath.of(quota.sum());
        var value = path.in(arguments);
        if (value.isMissingNode() || value.isNull()) {
            return BigDecimal.ZERO;
        }
        if (!value.isNumber()) {
            throw new IllegalArgumentException("`" + path.pointer() + "` is not a number");
        }
        var amount = value.decimalValue().abs();
        if (amount.compareTo(MAX) >= 0) {
            return MAX;
        }
        // rounded up, so that many small amounts do not vanish
        return amount.scale() > SCALE ? amount.setScale(SCALE, RoundingMode.UP) : amount;
    }
}
