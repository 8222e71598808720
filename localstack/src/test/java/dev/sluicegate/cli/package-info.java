@NullMarked
package dev.sluicegate.cli;

import org.jspecify.annotations.NullMarked;
