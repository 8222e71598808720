package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import org.jspecify.annotations.Nullable;

/**
 * Something that screening found, by type and place, never by value.
 *
 * @param at JSON pointer below {@code /args} or {@code /result}
 * @param type {@code aws_access_key | private_key | jwt | bearer_token | card_number | iban |
 *     hidden_characters | bidi_characters | depth | rows | bytes …}
 * @param count how many at that place
 * @param label what the chain learns from it, or null
 * @param fingerprint keyed, 8 hex digits, the same for the same secret; null where there is no value
 */
public record Finding(
        String at, String type, int count, @Nullable Label label, @Nullable String fingerprint) {}
