package dev.sluicegate.local.demo;

import java.util.List;

/**
 * Somebody who works at the demo company.
 *
 * @param name what they log in with, the {@code sub} of their tokens
 * @param roles empty for somebody who may do nothing
 */
public record DemoUser(String name, String displayName, List<String> roles) {
    public DemoUser {
        roles = List.copyOf(roles);
    }
}
