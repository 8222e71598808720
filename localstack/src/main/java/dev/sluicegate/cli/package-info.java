/**
 * The operator's command line. It starts the local stack in its own process and talks to a running one
 * over loopback; what the stack is made of it does not know.
 */
@NullMarked
package dev.sluicegate.cli;

import org.jspecify.annotations.NullMarked;
