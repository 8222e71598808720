/**
 * The front that every AWS call of the local stack passes: it verifies SigV4, decides as IAM would from
 * the synthesized roles, and hands the request to a local service. An approximation, never evidence.
 */
@NullMarked
package dev.sluicegate.local.aws;

import org.jspecify.annotations.NullMarked;
