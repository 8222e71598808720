package dev.sluicegate.policy;

import dev.sluicegate.contract.Product;
import org.jspecify.annotations.Nullable;

/**
 * The resource of every decision.
 *
 * @param id entity id
 * @param account AWS account, or null where there is none: a policy that asks for it then fails, and a
 *     failing policy denies
 * @param region AWS region, or null likewise
 */
public record Gateway(String id, @Nullable String account, @Nullable String region) {
    /** A gateway of which nothing more is known. */
    public static final Gateway PLAIN = new Gateway(Product.NAME, null, null);
}
