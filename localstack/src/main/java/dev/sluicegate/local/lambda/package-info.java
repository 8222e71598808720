/**
 * Lambda on this machine: handlers of this JVM behind the Invoke API, with Lambda's limits, timeouts and
 * errors. A handler that timed out is interrupted, not killed: that is the one promise this cannot keep.
 */
@NullMarked
package dev.sluicegate.local.lambda;

import org.jspecify.annotations.NullMarked;
