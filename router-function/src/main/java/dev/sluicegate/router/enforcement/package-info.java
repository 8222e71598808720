/**
 * The one place a tool call is let through. A call moves through typed stages; each stage can only be
 * made from the one before it, inside this package:
 *
 * <pre>InboundCall → AuthorizedCall → RecordedCall → ReleasedResult</pre>
 */
@NullMarked
package dev.sluicegate.router.enforcement;

import org.jspecify.annotations.NullMarked;
