/** The only way to a tool: signs the grant and the STS token for one recorded call and invokes its Lambda function. */
@NullMarked
package dev.sluicegate.router.invocation;

import org.jspecify.annotations.NullMarked;
