/** The tool {@code billing___get_invoice}: its manifest, its handler and what it does. Nothing links it; Lambda runs it. */
@NullMarked
package dev.sluicegate.tools.billing.getinvoice;

import org.jspecify.annotations.NullMarked;
