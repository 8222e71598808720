package dev.sluicegate.audit.log;

/**
 * The place of an entry.
 *
 * @param shard year of the log
 */
public record Placement(int shard, long index) {}
