/** The people and data every example, test and page speaks of; only the local stack may call it. */
@NullMarked
package dev.sluicegate.local.demo;

import org.jspecify.annotations.NullMarked;
