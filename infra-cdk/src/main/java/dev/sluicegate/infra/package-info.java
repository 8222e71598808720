/**
 * The product in an AWS account, as CloudFormation: tables, bucket, keys, functions and the narrow role of each.
 * The local stack creates its own from the same templates, so this is the one source of truth.
 */
@NullMarked
package dev.sluicegate.infra;

import org.jspecify.annotations.NullMarked;
