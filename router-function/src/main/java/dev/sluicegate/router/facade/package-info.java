/**
 * The authorization facade: lets MCP clients log in to an identity provider that has no metadata of RFC 8414
 * or registers nobody, such as Amazon Cognito. Keeps no state and makes no access tokens; used by the edge.
 */
@NullMarked
package dev.sluicegate.router.facade;

import org.jspecify.annotations.NullMarked;
