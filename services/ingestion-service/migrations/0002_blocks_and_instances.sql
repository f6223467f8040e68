-- Telemetry in blocks: records of one vehicle and one UTC day, one JSON document a line, by time. Blocks of a vehicle never overlap in
-- time, so a record can stand in one block only: that is how (tenant, vehicle, time, sequence) stays unique. `encoding` is json or zstd.
CREATE TABLE telemetry_block (
    tenant_id   TEXT NOT NULL,
    vehicle_id  TEXT NOT NULL,
    from_us     BIGINT NOT NULL,
    to_us       BIGINT NOT NULL,
    records     BIGINT NOT NULL,
    encoding    TEXT NOT NULL,
    body        BLOB NOT NULL,
    PRIMARY KEY (tenant_id, vehicle_id, from_us)
);
-- postgres instead: ) PARTITION BY RANGE (from_us);
-- postgres: ALTER TABLE telemetry_block ALTER COLUMN body SET STORAGE EXTERNAL;

INSERT INTO telemetry_block (tenant_id, vehicle_id, from_us, to_us, records, encoding, body)
-- postgres instead: --
    SELECT tenant_id, vehicle_id, time_us, time_us, COUNT(*), 'json', CAST(group_concat('{"vehicle_id":' || json_quote(vehicle_id)
-- postgres instead: --
        || ',"time":"' || strftime('%Y-%m-%dT%H:%M:%S', time_us / 1000000, 'unixepoch') || printf('.%06dZ', time_us % 1000000) || '"'
-- postgres instead: --
        || CASE WHEN sequence >= 0 THEN ',"sequence":' || sequence ELSE '' END || ',"protocol":"' || protocol || '","signals":' || signals
-- postgres instead: --
        || CASE WHEN flags IS NULL THEN '' ELSE ',"flags":' || flags END || '}', char(10)) AS BLOB)
-- postgres instead: --
    FROM telemetry_record GROUP BY tenant_id, vehicle_id, time_us;
-- postgres instead: --
DROP TABLE telemetry_record;

-- One row for each telemetry event of a group commit whose records are not in the store yet: how many, of which hour of receipt, and
-- where each stands in the event's data (`places`). The store deletes it in the transaction that keeps the records.
-- Batches are found by being there, never by "id greater than the last": a late commit would be skipped.
CREATE TABLE waiting_batch (
    tenant_id     TEXT NOT NULL,
    event_id      TEXT NOT NULL,
    partition     BIGINT NOT NULL,
    account_hour  TIMESTAMPTZ NOT NULL,
    ordinal       BIGINT NOT NULL,
    records       BIGINT NOT NULL,
    places        BLOB,
    PRIMARY KEY (tenant_id, event_id)
);
INSERT INTO waiting_batch (tenant_id, event_id, partition, account_hour, ordinal, records)
    SELECT b.tenant_id, b.event_id, o.partition, b.account_hour, b.ordinal, b.records
    FROM telemetry_batch b JOIN outbox o ON o.event_id = b.event_id WHERE b.stored_at IS NULL;
DROP TABLE telemetry_batch;
CREATE INDEX waiting_batch_order ON waiting_batch (partition, ordinal);

-- Instances share the work of storing by partition: whoever has locked the row stores that partition's batches, so that one vehicle's
-- records are never stored by two at once.
CREATE TABLE store_partition (partition BIGINT PRIMARY KEY);
INSERT INTO store_partition (partition)
    WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 63) SELECT n FROM numbers;

-- Changes of the registry are numbered, so that other instances forget what they remember of a changed vehicle.
-- Raising the number locks its row until commit: numbers are committed in their order.
ALTER TABLE vehicle ADD COLUMN change_number BIGINT NOT NULL DEFAULT 0;
CREATE INDEX vehicle_by_change ON vehicle (change_number) WHERE change_number > 0;
CREATE TABLE registry_change (id BIGINT PRIMARY KEY, number BIGINT NOT NULL);
INSERT INTO registry_change (id, number) VALUES (1, 0);

-- Bodies are compressed already; receipts leave by age.
-- postgres: ALTER TABLE receipt ALTER COLUMN body SET STORAGE EXTERNAL;
-- postgres: CREATE INDEX receipt_age ON receipt USING brin (received_at);
