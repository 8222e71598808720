@NullMarked
package dev.sluicegate.local.demo;

import org.jspecify.annotations.NullMarked;
