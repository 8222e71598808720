@NullMarked
package dev.sluicegate.local.idp;

import org.jspecify.annotations.NullMarked;
