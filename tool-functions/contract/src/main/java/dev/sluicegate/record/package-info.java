/**
 * What is written down and how it is hashed: the audit record, canonical JSON (RFC 8785) and sortable
 * ids. Router, tool kit, archiver and verifier share these definitions without linking each other.
 */
@NullMarked
package dev.sluicegate.record;

import org.jspecify.annotations.NullMarked;
