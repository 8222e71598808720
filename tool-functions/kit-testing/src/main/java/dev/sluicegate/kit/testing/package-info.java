/** What the tests of every tool stand on: its table on loopback, and what holds for every manifest. Never shipped. */
@NullMarked
package dev.sluicegate.kit.testing;

import org.jspecify.annotations.NullMarked;
