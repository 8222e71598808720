/**
 * The published policy set and catalogue: stored content-addressed in DynamoDB, revalidated within
 * seconds, asked by the enforcement point. Publishing and loading share one layout here.
 */
@NullMarked
package dev.sluicegate.router.policy;

import org.jspecify.annotations.NullMarked;
