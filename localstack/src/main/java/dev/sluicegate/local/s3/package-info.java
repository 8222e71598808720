/**
 * S3 with Object Lock on this machine: files on disk, the path-style API, and every refusal that an archive
 * which nobody may change depends on. Only the front calls it.
 */
@NullMarked
package dev.sluicegate.local.s3;

import org.jspecify.annotations.NullMarked;
