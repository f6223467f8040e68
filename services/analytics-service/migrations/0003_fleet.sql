-- The fleet's picture, told from events. `state` and `detail` are JSON texts of what the rules join; the columns beside
-- them are what lists and sums ask for. Severity ranks: 0 unknown, 1 INFO, 2 WARNING, 3 CRITICAL, 4 EMERGENCY.
CREATE TABLE vehicle_view (
    tenant_id            TEXT NOT NULL,
    vehicle_id           TEXT NOT NULL,
    retired              BOOLEAN NOT NULL,
    band                 TEXT NOT NULL,
    score                DOUBLE PRECISION,
    worst_component      TEXT,
    -- postgres instead: worst_component TEXT COLLATE "C",
    worst_score          DOUBLE PRECISION,
    rul_p05_km           DOUBLE PRECISION,
    rul_p50_km           DOUBLE PRECISION,
    rul_p95_km           DOUBLE PRECISION,
    open_alerts          BIGINT NOT NULL,
    worst_severity_rank  BIGINT NOT NULL,
    next_visit_id        TEXT,
    next_visit_at        TIMESTAMPTZ,
    owner_id             TEXT,
    fleet_id             TEXT,
    state                TEXT NOT NULL,
    PRIMARY KEY (tenant_id, vehicle_id)
);
CREATE INDEX vehicle_view_band ON vehicle_view (tenant_id, retired, band, score, open_alerts, worst_severity_rank, next_visit_id);
CREATE INDEX vehicle_view_worst ON vehicle_view (tenant_id, retired, score, vehicle_id);
CREATE INDEX vehicle_view_component ON vehicle_view (tenant_id, retired, worst_component, worst_score);
CREATE INDEX vehicle_view_owner ON vehicle_view (tenant_id, owner_id);

CREATE TABLE decision_view (
    tenant_id      TEXT NOT NULL,
    decision_id    TEXT NOT NULL,
    vehicle_id     TEXT NOT NULL,
    component      TEXT,
    failure_code   TEXT,
    -- postgres instead: failure_code TEXT COLLATE "C",
    failure_name   TEXT,
    severity_rank  BIGINT NOT NULL,
    rul_p05_km     DOUBLE PRECISION,
    made_at        TIMESTAMPTZ,
    is_open        BOOLEAN NOT NULL,
    low_minor      BIGINT,
    low_currency   TEXT,
    high_minor     BIGINT,
    high_currency  TEXT,
    covered        BOOLEAN,
    detail         TEXT NOT NULL,
    PRIMARY KEY (tenant_id, decision_id)
);
CREATE INDEX decision_view_vehicle ON decision_view (tenant_id, vehicle_id, is_open);
CREATE INDEX decision_view_open ON decision_view (tenant_id, is_open, severity_rank);

CREATE TABLE alert_view (
    tenant_id        TEXT NOT NULL,
    alert_id         TEXT NOT NULL,
    vehicle_id       TEXT NOT NULL,
    decision_id      TEXT,
    severity         TEXT NOT NULL,
    state            TEXT NOT NULL,
    is_open          BOOLEAN NOT NULL,
    raised_at        TIMESTAMPTZ,
    acknowledged_s   BIGINT,
    resolved_at      TIMESTAMPTZ,
    detail           TEXT NOT NULL,
    PRIMARY KEY (tenant_id, alert_id)
);
CREATE INDEX alert_view_vehicle ON alert_view (tenant_id, vehicle_id, is_open);
CREATE INDEX alert_view_decision ON alert_view (tenant_id, decision_id);

CREATE TABLE visit_view (
    tenant_id          TEXT NOT NULL,
    visit_id           TEXT NOT NULL,
    vehicle_id         TEXT NOT NULL,
    settles            TEXT,
    technician_id      TEXT,
    state              TEXT NOT NULL,
    is_open            BOOLEAN NOT NULL,
    starts_at          TIMESTAMPTZ,
    automatic          BOOLEAN,
    starts_before_p05  BOOLEAN,
    cost_minor         BIGINT,
    cost_currency      TEXT,
    confirmed          BOOLEAN NOT NULL,
    nothing_found      BOOLEAN NOT NULL,
    detail             TEXT NOT NULL,
    PRIMARY KEY (tenant_id, visit_id)
);
CREATE INDEX visit_view_vehicle ON visit_view (tenant_id, vehicle_id, is_open);
CREATE INDEX visit_view_technician ON visit_view (tenant_id, technician_id, starts_at);
CREATE INDEX visit_view_settles ON visit_view (tenant_id, settles);

CREATE TABLE delivery_view (
    tenant_id    TEXT NOT NULL,
    delivery_id  TEXT NOT NULL,
    alert_id     TEXT NOT NULL,
    channel      TEXT NOT NULL,
    status       TEXT NOT NULL,
    time         TIMESTAMPTZ NOT NULL,
    sequence     BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, delivery_id)
);

CREATE TABLE coverage_view (
    tenant_id   TEXT NOT NULL,
    check_id    TEXT NOT NULL,
    vehicle_id  TEXT NOT NULL,
    component   TEXT NOT NULL,
    covered     BOOLEAN NOT NULL,
    PRIMARY KEY (tenant_id, check_id)
);

CREATE TABLE claim_view (
    tenant_id     TEXT NOT NULL,
    claim_id      TEXT NOT NULL,
    vehicle_id    TEXT NOT NULL,
    component     TEXT NOT NULL,
    amount_minor  BIGINT NOT NULL,
    currency      TEXT NOT NULL,
    PRIMARY KEY (tenant_id, claim_id)
);
