/**
 * An OpenID provider for the demo company: real protocol and signatures, no passwords, loopback only.
 * The local stack starts it; nothing that is deployed may call it.
 */
@NullMarked
package dev.sluicegate.local.idp;

import org.jspecify.annotations.NullMarked;
