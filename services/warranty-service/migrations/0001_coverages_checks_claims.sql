-- Coverages, the copy of the vehicle registry, checks of decisions, finished visits, and claims with their versions.
-- Dates (without time) are TEXT as YYYY-MM-DD; lists and coded texts are JSON in TEXT.

CREATE TABLE vehicle (
    tenant_id       TEXT NOT NULL,
    vehicle_id      TEXT NOT NULL,
    make            TEXT,
    model           TEXT,
    powertrain      TEXT NOT NULL,
    vehicle_class   TEXT NOT NULL,
    in_service_date TEXT,
    odometer_km     DOUBLE PRECISION,
    status          TEXT NOT NULL,
    -- The registry's sequence of the event that wrote the row: an older one, replayed, is ignored.
    sequence        BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, vehicle_id)
);

CREATE TABLE coverage (
    tenant_id   TEXT NOT NULL,
    coverage_id TEXT NOT NULL,
    name        TEXT NOT NULL,
    -- postgres instead: name TEXT COLLATE "C" NOT NULL,
    terms       TEXT NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    created_by  TEXT NOT NULL,
    PRIMARY KEY (tenant_id, coverage_id),
    UNIQUE (tenant_id, name)
);

CREATE TABLE coverage_check (
    tenant_id         TEXT NOT NULL,
    decision_id       TEXT NOT NULL,
    check_id          TEXT NOT NULL,
    vehicle_id        TEXT NOT NULL,
    component         TEXT NOT NULL,
    failure_mode      TEXT NOT NULL,
    -- The decision's event time, and the reading that the decision named.
    decided_at        TIMESTAMPTZ NOT NULL,
    odometer_km       DOUBLE PRECISION,
    covered           BOOLEAN NOT NULL,
    reason            TEXT NOT NULL,
    coverage_id       TEXT,
    expires_on        TEXT,
    expires_km        DOUBLE PRECISION,
    checked_at_km     DOUBLE PRECISION,
    -- True while the answer may change when the registry says more about the vehicle.
    waits_for_vehicle BOOLEAN NOT NULL,
    revision          BIGINT NOT NULL,
    historical        BOOLEAN NOT NULL,
    correlation_id    TEXT NOT NULL,
    PRIMARY KEY (tenant_id, decision_id)
);
CREATE INDEX coverage_check_vehicle ON coverage_check (tenant_id, vehicle_id, waits_for_vehicle);

CREATE TABLE visit (
    tenant_id      TEXT NOT NULL,
    appointment_id TEXT NOT NULL,
    vehicle_id     TEXT NOT NULL,
    decision_id    TEXT,
    completed_at   TIMESTAMPTZ NOT NULL,
    odometer_km    DOUBLE PRECISION,
    cost_minor     BIGINT NOT NULL,
    currency       TEXT NOT NULL,
    findings       TEXT NOT NULL,
    -- True while the visit cannot be judged, because the vehicle or the decision is not known well enough.
    waits          BOOLEAN NOT NULL,
    PRIMARY KEY (tenant_id, appointment_id)
);
CREATE INDEX visit_vehicle ON visit (tenant_id, vehicle_id, waits);

-- The head of a claim: what never changes, and which version is the present one.
CREATE TABLE claim (
    tenant_id      TEXT NOT NULL,
    claim_id       TEXT NOT NULL,
    vehicle_id     TEXT NOT NULL,
    appointment_id TEXT,
    decision_id    TEXT,
    created_at     TIMESTAMPTZ NOT NULL,
    version        BIGINT NOT NULL,
    status         TEXT NOT NULL,
    PRIMARY KEY (tenant_id, claim_id),
    UNIQUE (tenant_id, appointment_id)
);
CREATE INDEX claim_newest ON claim (tenant_id, created_at, claim_id);
CREATE INDEX claim_vehicle ON claim (tenant_id, vehicle_id, created_at, claim_id);

-- Only ever inserted.
CREATE TABLE claim_version (
    tenant_id    TEXT NOT NULL,
    claim_id     TEXT NOT NULL,
    version      BIGINT NOT NULL,
    status       TEXT NOT NULL,
    component    TEXT NOT NULL,
    failure_mode TEXT,
    amount_minor BIGINT NOT NULL,
    currency     TEXT NOT NULL,
    occurred_on  TEXT NOT NULL,
    odometer_km  DOUBLE PRECISION,
    covered      BOOLEAN NOT NULL,
    reason       TEXT NOT NULL,
    coverage_id  TEXT,
    remark       TEXT,
    description  TEXT,
    written_by   TEXT NOT NULL,
    written_at   TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, claim_id, version),
    FOREIGN KEY (tenant_id, claim_id) REFERENCES claim (tenant_id, claim_id)
);
