/** The tool {@code billing___refund}: its manifest, its handler and what it does. Nothing links it; Lambda runs it. */
@NullMarked
package dev.sluicegate.tools.billing.refund;

import org.jspecify.annotations.NullMarked;
