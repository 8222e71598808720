/** The specification's own schemas, for the tests of every module that sees what the gate answers. */
@NullMarked
package dev.sluicegate.specification;

import org.jspecify.annotations.NullMarked;
