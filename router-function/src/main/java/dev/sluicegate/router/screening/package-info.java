/** Finds and removes secrets and personal data in everything that passes, in arguments before the decision and in results before release. Knows findings by type and place, never by value. */
@NullMarked
package dev.sluicegate.router.screening;

import org.jspecify.annotations.NullMarked;
