/** What a principal's chain of calls has touched: labels, tools, counts and sums. State is written before a result leaves. */
@NullMarked
package dev.sluicegate.router.chain;

import org.jspecify.annotations.NullMarked;
