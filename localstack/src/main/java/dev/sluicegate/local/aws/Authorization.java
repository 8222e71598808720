package dev.sluicegate.local.aws;

import java.util.List;
import java.util.Map;

/**
 * One question to IAM.
 *
 * @param action such as {@code dynamodb:GetItem}
 * @param resource ARN
 * @param context condition keys of the request, such as {@code dynamodb:LeadingKeys}
 */
public record Authorization(String action, String resource, Map<String, List<String>> context) {
    public Authorization {
        context = Map.copyOf(context);
    }
}
