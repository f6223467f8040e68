-- SQLite's one worker takes the batches of all partitions in their order: an index by partition first would be touched in as many places as
-- a group has partitions. On PostgreSQL workers ask for partitions.
DROP INDEX waiting_batch_order;
CREATE INDEX waiting_batch_order ON waiting_batch (ordinal);
-- postgres instead: CREATE INDEX waiting_batch_order ON waiting_batch (partition, ordinal);
