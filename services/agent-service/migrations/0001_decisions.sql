-- What the registry last said about a vehicle.
CREATE TABLE vehicle (
    tenant_id      TEXT NOT NULL,
    vehicle_id     TEXT NOT NULL,
    powertrain     TEXT NOT NULL,
    vehicle_class  TEXT NOT NULL,
    make           TEXT,
    model          TEXT,
    model_year     BIGINT,
    changed_at     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, vehicle_id)
);

-- The health that was last heard of each component. Context only: it decides nothing.
CREATE TABLE last_health (
    tenant_id     TEXT NOT NULL,
    vehicle_id    TEXT NOT NULL,
    component     TEXT NOT NULL,
    health_score  DOUBLE PRECISION,
    status        TEXT NOT NULL,
    observed_at   TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, vehicle_id, component)
);

-- One row a decision. `document` is the published body; the columns beside it are what is searched or changes later.
CREATE TABLE decision (
    tenant_id         TEXT NOT NULL,
    decision_id       TEXT NOT NULL,
    vehicle_id        TEXT NOT NULL,
    component         TEXT NOT NULL,
    trigger_event_id  TEXT NOT NULL,
    severity          TEXT NOT NULL,
    failure_mode      TEXT NOT NULL,
    confidence        DOUBLE PRECISION NOT NULL,
    agent_used        TEXT NOT NULL,
    status            TEXT NOT NULL,
    revision          BIGINT NOT NULL,
    historical        BOOLEAN NOT NULL,
    decided_for       TIMESTAMPTZ NOT NULL,
    recorded_at       TIMESTAMPTZ NOT NULL,
    document          TEXT NOT NULL,
    PRIMARY KEY (tenant_id, decision_id),
    UNIQUE (tenant_id, trigger_event_id)
);
CREATE INDEX decision_by_time ON decision (tenant_id, decided_for, decision_id);
CREATE INDEX decision_by_vehicle ON decision (tenant_id, vehicle_id, component, decided_for);

-- Every trigger that was taken in: the one that a decision was made for, and those that it covers too.
CREATE TABLE decision_trigger (
    tenant_id         TEXT NOT NULL,
    trigger_event_id  TEXT NOT NULL,
    decision_id       TEXT NOT NULL,
    severity          TEXT NOT NULL,
    occurred_at       TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, trigger_event_id)
);
CREATE INDEX decision_trigger_by_decision ON decision_trigger (tenant_id, decision_id);

-- The journal of the graph: what each step found. Times are machine time.
CREATE TABLE decision_step (
    tenant_id    TEXT NOT NULL,
    decision_id  TEXT NOT NULL,
    position     BIGINT NOT NULL,
    step         TEXT NOT NULL,
    started_at   TIMESTAMPTZ NOT NULL,
    finished_at  TIMESTAMPTZ NOT NULL,
    output       TEXT NOT NULL,
    PRIMARY KEY (tenant_id, decision_id, position)
);

-- What the warranty says about the repair.
CREATE TABLE decision_warranty (
    tenant_id    TEXT NOT NULL,
    decision_id  TEXT NOT NULL,
    covered      BOOLEAN NOT NULL,
    reason       TEXT NOT NULL,
    coverage_id  TEXT,
    checked_at   TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, decision_id)
);

-- What was found in the end. `note` is free text and never leaves this table by an event.
CREATE TABLE decision_outcome (
    tenant_id       TEXT NOT NULL,
    decision_id     TEXT NOT NULL,
    verdict         TEXT NOT NULL,
    failure_mode    TEXT,
    appointment_id  TEXT,
    told_by         TEXT,
    note            TEXT,
    found_at        TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, decision_id)
);

-- Requests for a person's look. Open while `verdict` is null; `reason` is free text and never leaves this table by an event.
CREATE TABLE review (
    tenant_id            TEXT NOT NULL,
    review_id            TEXT NOT NULL,
    decision_id          TEXT NOT NULL,
    opened_at            TIMESTAMPTZ NOT NULL,
    verdict              TEXT,
    changed_failure_mode TEXT,
    reason               TEXT,
    answered_by          TEXT,
    answered_at          TIMESTAMPTZ,
    PRIMARY KEY (tenant_id, review_id),
    UNIQUE (tenant_id, decision_id)
);
CREATE INDEX review_by_time ON review (tenant_id, opened_at, review_id);
