/**
 * The journal, where records are durable first, and the archiver that carries it into the locked bucket. The
 * router appends through {@link dev.sluicegate.audit.Journal}; command line and console read through {@link
 * dev.sluicegate.audit.TrailReader}; nobody else calls in.
 */
@NullMarked
package dev.sluicegate.audit;

import org.jspecify.annotations.NullMarked;
