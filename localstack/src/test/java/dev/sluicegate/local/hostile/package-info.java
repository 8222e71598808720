/** A tool that does what a broken or compromised one could do; registered by tests in stacks of their own. */
@NullMarked
package dev.sluicegate.local.hostile;

import org.jspecify.annotations.NullMarked;
