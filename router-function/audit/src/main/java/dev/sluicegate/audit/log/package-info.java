/**
 * The log: a Merkle tree of records in immutable files, as C2SP tlog-tiles describes it, and the protocol by
 * which several archivers append to it at once. Depends on the JDK only; {@link
 * dev.sluicegate.audit.log.LogWriter} is for the archiver, {@link dev.sluicegate.audit.log.LogReader} for
 * everybody who reads records or makes proofs. What verifies shares {@link
 * dev.sluicegate.audit.log.TreeHash} with it and nothing else.
 */
@NullMarked
package dev.sluicegate.audit.log;

import org.jspecify.annotations.NullMarked;
