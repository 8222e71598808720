/** The tool {@code mail___send}: its manifest, its handler and what it does. Nothing links it; Lambda runs it. */
@NullMarked
package dev.sluicegate.tools.mail.send;

import org.jspecify.annotations.NullMarked;
