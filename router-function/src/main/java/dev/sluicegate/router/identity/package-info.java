/** Who is calling: access token to effective identity, and the challenges for those without one. Reads no body, trusts no header but {@code Authorization}. */
@NullMarked
package dev.sluicegate.router.identity;

import org.jspecify.annotations.NullMarked;
