/** Asks for a human's approval of one exact operation. Nothing here grants one. */
@NullMarked
package dev.sluicegate.router.approval;

import org.jspecify.annotations.NullMarked;
