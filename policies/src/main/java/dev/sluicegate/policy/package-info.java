/**
 * What may happen: Cedar policy sets, their schema from tool manifests, and the engine that decides.
 * Pure JVM, no AWS; the router stores and loads what this package compiles.
 */
@NullMarked
package dev.sluicegate.policy;

import org.jspecify.annotations.NullMarked;
