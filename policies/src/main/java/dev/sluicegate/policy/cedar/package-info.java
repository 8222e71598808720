/**
 * The Cedar language, decided: policies and their expressions are compiled once and asked many times.
 * Nothing but the JDK below it, nothing of this product in it; the package above reads the formats and
 * fills the requests.
 *
 * <p>Everything here is immutable and safe for concurrent use, and holds nothing that a snapshot of the
 * process must not hold.
 *
 * @see <a href="https://docs.cedarpolicy.com/policies/syntax-operators.html">Operators and functions</a>
 */
@NullMarked
package dev.sluicegate.policy.cedar;

import org.jspecify.annotations.NullMarked;
