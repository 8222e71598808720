/** The whole system on one machine, in one JVM, on loopback: what stands in for AWS, and how it is put together. */
@NullMarked
package dev.sluicegate.local;

import org.jspecify.annotations.NullMarked;
