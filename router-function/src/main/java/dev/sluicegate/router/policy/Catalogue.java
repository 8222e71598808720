package dev.sluicegate.router.policy;

import java.util.List;
import java.util.Optional;

/** The tools that are published. */
public interface Catalogue {
    /**
     * In name order.
     *
     * @throws dev.sluicegate.router.enforcement.PolicyUnavailableException if it cannot be read
     */
    List<CataloguedTool> tools();

    Optional<CataloguedTool> find(String name);
}
