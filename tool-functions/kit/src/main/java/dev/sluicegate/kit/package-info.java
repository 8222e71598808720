/**
 * What every tool function stands on: it verifies the grant, claims the execution, gets credentials cut
 * for the caller and runs the tool, in this order. Only tools link it; it links no router, policy or
 * archive.
 */
@NullMarked
package dev.sluicegate.kit;

import org.jspecify.annotations.NullMarked;
