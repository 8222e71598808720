@NullMarked
package dev.sluicegate.audit.log;

import org.jspecify.annotations.NullMarked;
