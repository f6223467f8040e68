-- Instances of the service that are alive; partitions are shared out among them.
CREATE TABLE instance (
    owner          TEXT PRIMARY KEY,
    expires_at_us  BIGINT NOT NULL
);

-- How far each partition was handed to the transport. What lies between it and `sequence` is published (again) by the relay;
-- the transport refuses what it has. Replaces a mark in each row, which cost every event a second write.
ALTER TABLE stream_head ADD COLUMN published BIGINT NOT NULL DEFAULT 0;
DROP INDEX outbox_unpublished;
ALTER TABLE outbox DROP COLUMN published;

-- Grows with every change of the local copy of identity, so that other instances read it anew.
CREATE TABLE identity_version (
    id       BIGINT PRIMARY KEY,
    version  BIGINT NOT NULL
);
INSERT INTO identity_version (id, version) VALUES (1, 0);

-- Writes that were done under an Idempotency-Key: inserted in the transaction of the effect, completed with the answer after it.
CREATE TABLE idempotency_key (
    tenant_id     TEXT NOT NULL,
    caller        TEXT NOT NULL,
    key           TEXT NOT NULL,
    fingerprint   TEXT NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL,
    status        BIGINT,
    content_type  TEXT,
    body          BLOB,
    PRIMARY KEY (tenant_id, caller, key)
);
CREATE INDEX idempotency_key_age ON idempotency_key (created_at);
