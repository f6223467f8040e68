-- The vehicle registry. A VIN is unique among a tenant's active vehicles.
CREATE TABLE vehicle (
    tenant_id        TEXT NOT NULL,
    vehicle_id       TEXT NOT NULL,
    vin              TEXT,
    make             TEXT,
    model            TEXT,
    model_year       BIGINT,
    powertrain       TEXT NOT NULL,
    vehicle_class    TEXT NOT NULL,
    owner_id         TEXT,
    fleet_id         TEXT,
    in_service_date  TEXT,
    odometer_km      DOUBLE PRECISION,
    status           TEXT NOT NULL,
    registered_by    TEXT NOT NULL,
    version          BIGINT NOT NULL,
    created_at       TIMESTAMPTZ NOT NULL,
    updated_at       TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, vehicle_id)
);
CREATE UNIQUE INDEX vehicle_active_vin ON vehicle (tenant_id, vin) WHERE vin IS NOT NULL AND status = 'ACTIVE';

-- One row a request: what came in, as it came (zstd), and what became of it. Written before the request is acknowledged.
CREATE TABLE receipt (
    tenant_id             TEXT NOT NULL,
    receipt_id            TEXT NOT NULL,
    received_at           TIMESTAMPTZ NOT NULL,
    subject               TEXT NOT NULL,
    format                TEXT NOT NULL,
    body_bytes            BIGINT NOT NULL,
    body                  BLOB NOT NULL,
    received              BIGINT NOT NULL,
    accepted              BIGINT NOT NULL,
    duplicate             BIGINT NOT NULL,
    quarantined           BIGINT NOT NULL,
    rejected              BIGINT NOT NULL,
    readings_quarantined  BIGINT NOT NULL,
    verdicts              TEXT NOT NULL,
    PRIMARY KEY (tenant_id, receipt_id)
);

-- One row for each telemetry event of a group commit: its records wait here (the body is the event's) until the store has them.
-- Batches are found by stored_at, never by "id greater than the last": a late commit would be skipped.
CREATE TABLE telemetry_batch (
    tenant_id    TEXT NOT NULL,
    batch_id     TEXT NOT NULL,
    event_id     TEXT NOT NULL,
    account_hour TIMESTAMPTZ NOT NULL,
    ordinal      BIGINT NOT NULL,
    records      BIGINT NOT NULL,
    stored_at    TIMESTAMPTZ,
    PRIMARY KEY (tenant_id, batch_id)
);
CREATE INDEX telemetry_batch_pending ON telemetry_batch (ordinal) WHERE stored_at IS NULL;
CREATE INDEX telemetry_batch_pending_account ON telemetry_batch (tenant_id, account_hour) WHERE stored_at IS NULL;

-- One row a record. Times are microseconds since 1970 UTC: half the size of a text and quick to bucket. sequence is -1 where the device has none.
CREATE TABLE telemetry_record (
    tenant_id     TEXT NOT NULL,
    vehicle_id    TEXT NOT NULL,
    time_us       BIGINT NOT NULL,
    sequence      BIGINT NOT NULL,
    protocol      TEXT NOT NULL,
    signals       TEXT NOT NULL,
    flags         TEXT,
    content_hash  TEXT NOT NULL,
    repetitions   BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, vehicle_id, time_us, sequence)
);

-- The newest reading of each signal, as JSON {path: [value, time_us]}.
CREATE TABLE vehicle_latest (
    tenant_id   TEXT NOT NULL,
    vehicle_id  TEXT NOT NULL,
    time_us     BIGINT NOT NULL,
    signals     TEXT NOT NULL,
    PRIMARY KEY (tenant_id, vehicle_id)
);

-- Trouble codes: first and last seen, and how often a record reported them.
CREATE TABLE trouble_code (
    tenant_id      TEXT NOT NULL,
    vehicle_id     TEXT NOT NULL,
    code           TEXT NOT NULL,
    ecu            TEXT NOT NULL,
    status         TEXT NOT NULL,
    first_seen_us  BIGINT NOT NULL,
    last_seen_us   BIGINT NOT NULL,
    reports        BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, vehicle_id, code, ecu)
);

-- Bad readings and bad records with the reason; kept as sent, to be corrected and replayed.
CREATE TABLE quarantine (
    tenant_id      TEXT NOT NULL,
    quarantine_id  TEXT NOT NULL,
    receipt_id     TEXT NOT NULL,
    vehicle_id     TEXT,
    scope          TEXT NOT NULL,
    record_time    TEXT,
    signal         TEXT,
    code           TEXT NOT NULL,
    reason         TEXT NOT NULL,
    body           TEXT NOT NULL,
    quarantined_us BIGINT NOT NULL,
    replayed_at    TIMESTAMPTZ,
    replay_receipt TEXT,
    PRIMARY KEY (tenant_id, quarantine_id)
);
CREATE INDEX quarantine_by_time ON quarantine (tenant_id, quarantined_us, quarantine_id);
CREATE INDEX quarantine_by_vehicle ON quarantine (tenant_id, vehicle_id, quarantined_us, quarantine_id);

-- The conservation account by tenant and hour of receipt (machine time). Each number is written where it happens; pending is counted
-- from the batches that are not stored yet.
CREATE TABLE conservation (
    tenant_id             TEXT NOT NULL,
    hour                  TIMESTAMPTZ NOT NULL,
    received              BIGINT NOT NULL DEFAULT 0,
    stored                BIGINT NOT NULL DEFAULT 0,
    duplicate             BIGINT NOT NULL DEFAULT 0,
    quarantined           BIGINT NOT NULL DEFAULT 0,
    rejected              BIGINT NOT NULL DEFAULT 0,
    readings_quarantined  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, hour)
);

-- Repairs done elsewhere, as they were told.
CREATE TABLE repair (
    tenant_id    TEXT NOT NULL,
    repair_id    TEXT NOT NULL,
    vehicle_id   TEXT NOT NULL,
    component    TEXT NOT NULL,
    action       TEXT NOT NULL,
    repaired_at  TIMESTAMPTZ NOT NULL,
    odometer_km  DOUBLE PRECISION,
    recorded_by  TEXT NOT NULL,
    recorded_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, repair_id)
);
