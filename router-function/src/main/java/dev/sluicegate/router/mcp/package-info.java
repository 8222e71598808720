/** The Model Context Protocol, both eras: JSON-RPC, versions, catalogue, argument schemas. Decides nothing about permission. */
@NullMarked
package dev.sluicegate.router.mcp;

import org.jspecify.annotations.NullMarked;
