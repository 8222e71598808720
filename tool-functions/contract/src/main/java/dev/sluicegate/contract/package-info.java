/**
 * The only types that router and tools share: the manifest of a tool, the grant for one call, the
 * request and the outcome of one invocation. JDK and Jackson only; anyone may link it.
 */
@NullMarked
package dev.sluicegate.contract;

import org.jspecify.annotations.NullMarked;
