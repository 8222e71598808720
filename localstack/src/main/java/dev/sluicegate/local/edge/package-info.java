/**
 * API Gateway on this machine: HTTP on loopback, the event shapes of REST and HTTP APIs for the router, and
 * its answers back, with API Gateway's limits. Started by the stack; knows nothing of the router but that it
 * is a handler.
 */
@NullMarked
package dev.sluicegate.local.edge;

import org.jspecify.annotations.NullMarked;
