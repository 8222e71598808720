/** The tool {@code crm___get_customer}: its manifest, its handler and what it does. Nothing links it; Lambda runs it. */
@NullMarked
package dev.sluicegate.tools.crm.getcustomer;

import org.jspecify.annotations.NullMarked;
