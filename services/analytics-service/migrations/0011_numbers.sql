-- What the key figures are computed from. Rows that were written before have no values here until the read models are
-- rebuilt (`POST /api/v1/read-models/rebuild`).
ALTER TABLE vehicle_view ADD COLUMN first_seen_at TIMESTAMPTZ;
ALTER TABLE vehicle_view ADD COLUMN retired_at TIMESTAMPTZ;
ALTER TABLE vehicle_view ADD COLUMN odometer_km DOUBLE PRECISION;
ALTER TABLE vehicle_view ADD COLUMN km_per_day DOUBLE PRECISION;
ALTER TABLE vehicle_view ADD COLUMN depot_id TEXT;

ALTER TABLE decision_view ADD COLUMN rul_p50_km DOUBLE PRECISION;
ALTER TABLE decision_view ADD COLUMN rul_p95_km DOUBLE PRECISION;
ALTER TABLE decision_view ADD COLUMN odometer_km DOUBLE PRECISION;
ALTER TABLE decision_view ADD COLUMN llm_model TEXT;
ALTER TABLE decision_view ADD COLUMN llm_calls BIGINT;
ALTER TABLE decision_view ADD COLUMN llm_tokens BIGINT;
ALTER TABLE decision_view ADD COLUMN llm_cost_minor BIGINT;
ALTER TABLE decision_view ADD COLUMN llm_currency TEXT;
CREATE INDEX decision_view_made ON decision_view (tenant_id, made_at);

ALTER TABLE alert_view ADD COLUMN component TEXT;
ALTER TABLE alert_view ADD COLUMN failure_code TEXT;
ALTER TABLE alert_view ADD COLUMN acknowledged_at TIMESTAMPTZ;
CREATE INDEX alert_view_raised ON alert_view (tenant_id, raised_at);

ALTER TABLE visit_view ADD COLUMN component TEXT;
ALTER TABLE visit_view ADD COLUMN planned_at TIMESTAMPTZ;
ALTER TABLE visit_view ADD COLUMN started_at TIMESTAMPTZ;
ALTER TABLE visit_view ADD COLUMN cancelled_at TIMESTAMPTZ;
ALTER TABLE visit_view ADD COLUMN completed_at TIMESTAMPTZ;
ALTER TABLE visit_view ADD COLUMN reported_at TIMESTAMPTZ;
ALTER TABLE visit_view ADD COLUMN odometer_km DOUBLE PRECISION;
CREATE INDEX visit_view_completed ON visit_view (tenant_id, completed_at);
CREATE INDEX visit_view_planned ON visit_view (tenant_id, planned_at);

-- The newest word wins by time and place, as everywhere else.
ALTER TABLE coverage_view ADD COLUMN checked_at TIMESTAMPTZ;
ALTER TABLE coverage_view ADD COLUMN sequence BIGINT;
ALTER TABLE coverage_view ADD COLUMN decision_id TEXT;
ALTER TABLE claim_view ADD COLUMN claimed_at TIMESTAMPTZ;
ALTER TABLE claim_view ADD COLUMN sequence BIGINT;
ALTER TABLE claim_view ADD COLUMN decision_id TEXT;
CREATE INDEX coverage_view_checked ON coverage_view (tenant_id, checked_at);
CREATE INDEX claim_view_claimed ON claim_view (tenant_id, claimed_at);

-- Work that was done on a component, and where the vehicle stood: how much of a life was used.
CREATE TABLE repair_view (
    tenant_id    TEXT NOT NULL,
    vehicle_id   TEXT NOT NULL,
    component    TEXT NOT NULL,
    done_at      TIMESTAMPTZ NOT NULL,
    odometer_km  DOUBLE PRECISION,
    PRIMARY KEY (tenant_id, vehicle_id, component, done_at)
);

-- A vehicle's newest overall health of each UTC day, and the fleet's sum of these. The sum is kept by partition, so that
-- instances, each of which owns some partitions, do not wait for each other's rows. Scores are whole millionths: exact sums.
CREATE TABLE health_day (
    tenant_id    TEXT NOT NULL,
    vehicle_id   TEXT NOT NULL,
    day          BIGINT NOT NULL,
    time         TIMESTAMPTZ NOT NULL,
    sequence     BIGINT NOT NULL,
    band         TEXT NOT NULL,
    score_micro  BIGINT,
    PRIMARY KEY (tenant_id, vehicle_id, day)
);
CREATE INDEX health_day_day ON health_day (tenant_id, day, vehicle_id);
CREATE TABLE health_trend (
    tenant_id    TEXT NOT NULL,
    day          BIGINT NOT NULL,
    band         TEXT NOT NULL,
    partition    BIGINT NOT NULL,
    vehicles     BIGINT NOT NULL,
    scored       BIGINT NOT NULL,
    score_micro  BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, day, band, partition)
);

-- Telemetry is counted by hour of event time alone: a row for each vehicle and hour would outgrow everything else.
CREATE TABLE telemetry_count (
    tenant_id  TEXT NOT NULL,
    hour       TIMESTAMPTZ NOT NULL,
    partition  BIGINT NOT NULL,
    records    BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, hour, partition)
);
INSERT INTO telemetry_count (tenant_id, hour, partition, records)
    SELECT tenant_id, hour, 0, SUM(records) FROM telemetry_hour GROUP BY tenant_id, hour;
DROP TABLE telemetry_hour;

-- When this service heard an event (machine time): what a client of the stream resumes from.
ALTER TABLE audit_entry ADD COLUMN heard_at TIMESTAMPTZ;
CREATE INDEX audit_of_hearing ON audit_entry (tenant_id, heard_at, entry_id) WHERE heard_at IS NOT NULL;

CREATE TABLE report (
    tenant_id     TEXT NOT NULL,
    report_id     TEXT NOT NULL,
    kind          TEXT NOT NULL,
    format        TEXT NOT NULL,
    locale        TEXT NOT NULL,
    from_day      BIGINT NOT NULL,
    to_day        BIGINT NOT NULL,
    schedule_id   TEXT,
    requested_by  TEXT NOT NULL,
    generated_at  TIMESTAMPTZ NOT NULL,
    byte_count    BIGINT NOT NULL,
    content       BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, report_id)
);
CREATE INDEX report_newest ON report (tenant_id, generated_at, report_id);
CREATE TABLE report_schedule (
    tenant_id      TEXT NOT NULL,
    schedule_id    TEXT NOT NULL,
    kind           TEXT NOT NULL,
    format         TEXT NOT NULL,
    locale         TEXT NOT NULL,
    recipient_ids  TEXT NOT NULL,
    created_by     TEXT NOT NULL,
    due_at         TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, schedule_id)
);
CREATE INDEX report_schedule_due ON report_schedule (due_at);

-- Which thresholds a tenant's key figures are beyond, so that crossing one is told once.
CREATE TABLE threshold_state (
    tenant_id    TEXT NOT NULL,
    threshold    TEXT NOT NULL,
    exceeded     BOOLEAN NOT NULL,
    since        TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, threshold)
);
