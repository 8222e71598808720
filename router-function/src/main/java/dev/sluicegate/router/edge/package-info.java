/** Turns an API Gateway event into a request and an answer into an API Gateway response: sizes, origin, routes. The first stage of a call; nothing else knows about HTTP events. */
@NullMarked
package dev.sluicegate.router.edge;

import org.jspecify.annotations.NullMarked;
