/**
 * What a record points at but does not hold: content under keys that can be erased. The router seals through
 * {@link dev.sluicegate.audit.payload.PayloadSealer} and cannot open; auditors open through {@link
 * dev.sluicegate.audit.payload.RecordedDecisions}, which leaves a record of it first.
 */
@NullMarked
package dev.sluicegate.audit.payload;

import org.jspecify.annotations.NullMarked;
