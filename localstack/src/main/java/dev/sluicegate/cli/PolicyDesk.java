package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The life of policy sets in a running stack, as the commands print it. Who takes a step is who the token
 * names; every step throws {@link dev.sluicegate.router.policy.PolicyStepRefusedException} when it must not be
 * taken, and then nothing has changed.
 */
public interface PolicyDesk {
    /**
     * Validates the policies of a folder and puts them in force, or proposes them where somebody else has to
     * agree.
     *
     * @param shadow evaluate and record only
     * @param propose ask for a review also where none is required
     * @throws RunningStack.PolicyRefusedException if they are not valid
     */
    ObjectNode publish(String token, Path folder, boolean shadow, boolean propose);

    /**
     * @param note why, or null
     */
    ObjectNode review(String token, String proposal, boolean approve, @Nullable String note);

    ObjectNode release(String token, String proposal);

    /**
     * Publishes the policies of an older version as a new one.
     *
     * @throws RunningStack.PolicyRefusedException if they are not valid for today's tools
     */
    ObjectNode rollback(String token, long version, boolean propose);

    /** Proposals that can still be put in force, {@code {"proposals": […]}}. */
    ObjectNode pending();

    /** All versions, newest first, {@code {"versions": […]}}. */
    ObjectNode log();
}
