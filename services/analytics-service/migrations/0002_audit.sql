-- One row for each event that was heard, and for each sign-in and change of identity. Never a person's data.
CREATE TABLE audit_entry (
    tenant_id       TEXT NOT NULL,
    time            TIMESTAMPTZ NOT NULL,
    entry_id        TEXT NOT NULL,
    recorded_time   TIMESTAMPTZ NOT NULL,
    source          TEXT NOT NULL,
    kind            TEXT NOT NULL,
    subject         TEXT,
    vehicle_id      TEXT,
    actor_id        TEXT,
    correlation_id  TEXT NOT NULL,
    historical      BOOLEAN NOT NULL,
    params          TEXT NOT NULL,
    PRIMARY KEY (tenant_id, time, entry_id)
);
CREATE UNIQUE INDEX audit_once ON audit_entry (tenant_id, source, entry_id);
CREATE INDEX audit_of_vehicle ON audit_entry (tenant_id, vehicle_id, time, entry_id) WHERE vehicle_id IS NOT NULL;
CREATE INDEX audit_of_actor ON audit_entry (tenant_id, actor_id, time, entry_id) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_of_chain ON audit_entry (tenant_id, correlation_id, time, entry_id);
CREATE INDEX audit_of_kind ON audit_entry (tenant_id, kind, time, entry_id);

-- Telemetry is counted by vehicle and hour of event time, not logged record by record.
CREATE TABLE telemetry_hour (
    tenant_id   TEXT NOT NULL,
    hour        TIMESTAMPTZ NOT NULL,
    vehicle_id  TEXT NOT NULL,
    records     BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, hour, vehicle_id)
);
