/**
 * DynamoDB and its streams on this machine: Amazon's DynamoDB Local, called in process, and the pump
 * that feeds stream records to a function. Only the stack that is put together here may call it.
 */
@NullMarked
package dev.sluicegate.local.dynamodb;

import org.jspecify.annotations.NullMarked;
