/** Writes what the enforcement point did to the audit journal, in the same transaction as the chain state it depends on. */
@NullMarked
package dev.sluicegate.router.trail;

import org.jspecify.annotations.NullMarked;
