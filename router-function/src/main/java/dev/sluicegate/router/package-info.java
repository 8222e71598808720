/**
 * The router function, the single enforcement point. Packages are in the order a call travels: edge,
 * identity, mcp, screening, chain, enforcement, approval, trail, invocation.
 */
@NullMarked
package dev.sluicegate.router;

import org.jspecify.annotations.NullMarked;
