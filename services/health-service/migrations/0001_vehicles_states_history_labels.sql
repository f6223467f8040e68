-- What ingestion's registry says of a vehicle, as far as health needs it.
CREATE TABLE vehicle (
    tenant_id      TEXT NOT NULL,
    vehicle_id     TEXT NOT NULL,
    powertrain     TEXT NOT NULL,
    vehicle_class  TEXT NOT NULL,
    odometer_km    DOUBLE PRECISION,
    retired        BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (tenant_id, vehicle_id)
);

-- The whole state of a vehicle's health as bytes of a format, beside what lists are ordered and filtered by.
CREATE TABLE vehicle_state (
    tenant_id       TEXT NOT NULL,
    vehicle_id      TEXT NOT NULL,
    format          BIGINT NOT NULL,
    state           BLOB NOT NULL,
    overall_score   DOUBLE PRECISION,
    overall_status  TEXT NOT NULL,
    seen_at         TIMESTAMPTZ,
    PRIMARY KEY (tenant_id, vehicle_id)
);
CREATE INDEX vehicle_state_by_score ON vehicle_state (tenant_id, overall_score, vehicle_id);

-- The last told score of each component, for lists by component.
CREATE TABLE component_health (
    tenant_id   TEXT NOT NULL,
    vehicle_id  TEXT NOT NULL,
    component   TEXT NOT NULL,
    score       DOUBLE PRECISION,
    status      TEXT NOT NULL,
    PRIMARY KEY (tenant_id, vehicle_id, component)
);
CREATE INDEX component_health_by_score ON component_health (tenant_id, component, score, vehicle_id);

-- What was told when. `id` is derived from the log, so a replay adds nothing.
CREATE TABLE health_history (
    tenant_id       TEXT NOT NULL,
    vehicle_id      TEXT NOT NULL,
    component       TEXT NOT NULL,
    time            TIMESTAMPTZ NOT NULL,
    id              TEXT NOT NULL,
    score           DOUBLE PRECISION,
    status          TEXT NOT NULL,
    overall_score   DOUBLE PRECISION,
    rul_km_p05      DOUBLE PRECISION,
    rul_km_p50      DOUBLE PRECISION,
    rul_km_p95      DOUBLE PRECISION,
    odometer_km     DOUBLE PRECISION,
    reason          TEXT NOT NULL,
    PRIMARY KEY (tenant_id, vehicle_id, time, component, id)
);

-- What a workshop found: the labels that models are trained and judged with.
CREATE TABLE label (
    tenant_id       TEXT NOT NULL,
    label_id        TEXT NOT NULL,
    vehicle_id      TEXT NOT NULL,
    component       TEXT NOT NULL,
    appointment_id  TEXT NOT NULL,
    failure_mode    TEXT,
    verdict         TEXT NOT NULL,
    action          TEXT NOT NULL,
    completed_at    TIMESTAMPTZ NOT NULL,
    odometer_km     DOUBLE PRECISION,
    score_before    DOUBLE PRECISION,
    PRIMARY KEY (tenant_id, label_id)
);
CREATE INDEX label_by_vehicle ON label (tenant_id, vehicle_id, completed_at);
