@NullMarked
package dev.sluicegate.audit.verify;

import org.jspecify.annotations.NullMarked;
