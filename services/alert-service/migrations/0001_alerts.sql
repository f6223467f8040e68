-- Everything the alert service owns. The tenant leads every key and index. JSON is kept as TEXT.

-- What ingestion and analytics say of vehicles and people, as far as recipients need it. `sequence` is the position of
-- the event that wrote the row: an older event never overwrites a newer one.
CREATE TABLE vehicle (
    tenant_id TEXT NOT NULL,
    vehicle_id TEXT NOT NULL,
    owner_id TEXT,
    fleet_id TEXT,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, vehicle_id)
);

CREATE TABLE person (
    tenant_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    role TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    vehicle_ids TEXT NOT NULL,
    fleet_ids TEXT NOT NULL,
    locale TEXT,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);

-- The vehicles named for a person, so that the people of one vehicle are found without reading everybody.
CREATE TABLE person_vehicle (
    tenant_id TEXT NOT NULL,
    vehicle_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, vehicle_id, user_id)
);
CREATE INDEX person_vehicle_of_person ON person_vehicle (tenant_id, user_id);

-- The only personal data of this service; a person may erase their row.
CREATE TABLE contact (
    tenant_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    email TEXT,
    locale TEXT,
    channels TEXT NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);

-- Every decision that was heard, and what became of it: RAISED, DUPLICATE or STORED (INFO).
CREATE TABLE decision (
    tenant_id TEXT NOT NULL,
    decision_id TEXT NOT NULL,
    vehicle_id TEXT NOT NULL,
    component TEXT NOT NULL,
    severity TEXT NOT NULL,
    historical BOOLEAN NOT NULL,
    event_time TIMESTAMPTZ NOT NULL,
    outcome TEXT NOT NULL,
    alert_id TEXT,
    PRIMARY KEY (tenant_id, decision_id)
);
CREATE INDEX decision_by_alert ON decision (tenant_id, alert_id);

-- Later findings about a decision. They amend its alert by being read with it, whichever of the two came first.
CREATE TABLE decision_revision (
    tenant_id TEXT NOT NULL,
    decision_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    what TEXT NOT NULL,
    warranty TEXT,
    time TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, decision_id, revision)
);

CREATE TABLE alert (
    tenant_id TEXT NOT NULL,
    alert_id TEXT NOT NULL,
    decision_id TEXT NOT NULL,
    vehicle_id TEXT NOT NULL,
    component TEXT NOT NULL,
    severity TEXT NOT NULL,
    severity_rank BIGINT NOT NULL,
    urgency TEXT NOT NULL,
    content TEXT NOT NULL,
    historical BOOLEAN NOT NULL,
    event_time TIMESTAMPTZ NOT NULL,
    event_hour TIMESTAMPTZ NOT NULL,
    raised_at TIMESTAMPTZ NOT NULL,
    correlation_id TEXT NOT NULL,
    status TEXT NOT NULL,
    acknowledged_by TEXT,
    acknowledged_at TIMESTAMPTZ,
    resolved_reason TEXT,
    resolved_note TEXT,
    resolved_by TEXT,
    resolved_appointment_id TEXT,
    resolved_at TIMESTAMPTZ,
    appointment_id TEXT,
    appointment_starts_at TIMESTAMPTZ,
    version BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, alert_id)
);
-- Deduplication holds even between two writers.
CREATE UNIQUE INDEX alert_once_an_hour ON alert (tenant_id, vehicle_id, component, event_hour, historical, severity_rank);
CREATE INDEX alert_newest ON alert (tenant_id, raised_at, alert_id);
CREATE INDEX alert_of_vehicle ON alert (tenant_id, vehicle_id, raised_at, alert_id);
CREATE INDEX alert_by_status ON alert (tenant_id, status, raised_at, alert_id);
CREATE INDEX alert_of_appointment ON alert (tenant_id, appointment_id);

-- Each time people were told about an alert, or would have been but for the limit; counted per vehicle.
CREATE TABLE notification (
    tenant_id TEXT NOT NULL,
    alert_id TEXT NOT NULL,
    level BIGINT NOT NULL,
    vehicle_id TEXT NOT NULL,
    given_at TIMESTAMPTZ NOT NULL,
    limited BOOLEAN NOT NULL,
    PRIMARY KEY (tenant_id, alert_id, level)
);
CREATE INDEX notification_of_vehicle ON notification (tenant_id, vehicle_id, given_at);

-- Unacknowledged alerts that go on to the next role at due_at (business time). Done ones are deleted, so it stays small.
CREATE TABLE escalation (
    tenant_id TEXT NOT NULL,
    alert_id TEXT NOT NULL,
    level BIGINT NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, alert_id)
);

-- The delivery ledger: one row per intent. Times are machine time. next_attempt_at is set while the row is in flight.
CREATE TABLE delivery (
    tenant_id TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    alert_id TEXT NOT NULL,
    level BIGINT NOT NULL,
    recipient_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    attempts BIGINT NOT NULL,
    in_doubt_count BIGINT NOT NULL,
    provider_id TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    next_attempt_at TIMESTAMPTZ,
    settled_at TIMESTAMPTZ,
    latency_ms BIGINT,
    PRIMARY KEY (tenant_id, delivery_id)
);
CREATE UNIQUE INDEX delivery_once ON delivery (tenant_id, alert_id, level, recipient_id, channel);
CREATE INDEX delivery_in_flight ON delivery (tenant_id, next_attempt_at) WHERE next_attempt_at IS NOT NULL;

CREATE TABLE comment (
    tenant_id TEXT NOT NULL,
    comment_id TEXT NOT NULL,
    alert_id TEXT NOT NULL,
    author_id TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, comment_id)
);
CREATE INDEX comment_of_alert ON comment (tenant_id, alert_id, created_at);
