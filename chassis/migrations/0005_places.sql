-- SQLite places events as they are appended. What an earlier version left for its relay is placed here, once.
UPDATE outbox SET sequence = waiting.place FROM (SELECT id, row_number() OVER (PARTITION BY partition ORDER BY id) + COALESCE((SELECT stream_head.sequence FROM stream_head WHERE stream_head.partition = unplaced.partition), 0) AS place FROM outbox AS unplaced WHERE sequence IS NULL) AS waiting WHERE outbox.id = waiting.id;
-- postgres instead: SELECT 1;
INSERT INTO stream_head (partition, sequence) SELECT partition, MAX(sequence) FROM outbox WHERE sequence IS NOT NULL GROUP BY partition ON CONFLICT (partition) DO UPDATE SET sequence = MAX(stream_head.sequence, excluded.sequence);
-- postgres instead: SELECT 1;
