/**
 * Verifies logs from their files, with a key and nothing else: whoever may read the files may check them. Of
 * what writes them it shares {@link dev.sluicegate.audit.log.TreeHash} and the hashes and names of {@link
 * dev.sluicegate.record}, and nothing else, so that one mistake is not made twice.
 */
@NullMarked
package dev.sluicegate.audit.verify;

import org.jspecify.annotations.NullMarked;
