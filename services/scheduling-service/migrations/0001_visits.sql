-- Master data of a tenant's workshop network, its visits, and what they hold.
-- Runs on SQLite and PostgreSQL alike: TEXT, BIGINT, BOOLEAN, DOUBLE PRECISION, TIMESTAMPTZ; JSON is kept as TEXT.

CREATE TABLE centers (
    tenant_id             TEXT NOT NULL,
    center_id             TEXT NOT NULL,
    -- postgres instead: center_id TEXT COLLATE "C" NOT NULL,
    name                  TEXT NOT NULL,
    utc_offset_minutes    BIGINT NOT NULL,
    time_zone             TEXT,
    latitude              DOUBLE PRECISION,
    longitude             DOUBLE PRECISION,
    labour_minor_per_hour BIGINT NOT NULL,
    currency              TEXT NOT NULL,
    opening_hours         TEXT NOT NULL,
    bays                  TEXT NOT NULL,
    PRIMARY KEY (tenant_id, center_id)
);

CREATE TABLE technicians (
    tenant_id     TEXT NOT NULL,
    technician_id TEXT NOT NULL,
    -- postgres instead: technician_id TEXT COLLATE "C" NOT NULL,
    center_id     TEXT NOT NULL,
    -- postgres instead: center_id TEXT COLLATE "C" NOT NULL,
    skills        TEXT NOT NULL,
    working_hours TEXT NOT NULL,
    breaks        TEXT NOT NULL,
    absences      TEXT NOT NULL,
    PRIMARY KEY (tenant_id, technician_id),
    FOREIGN KEY (tenant_id, center_id) REFERENCES centers (tenant_id, center_id)
);

CREATE TABLE parts (
    tenant_id      TEXT NOT NULL,
    center_id      TEXT NOT NULL,
    -- postgres instead: center_id TEXT COLLATE "C" NOT NULL,
    part_code      TEXT NOT NULL,
    -- postgres instead: part_code TEXT COLLATE "C" NOT NULL,
    name           TEXT NOT NULL,
    on_hand        BIGINT NOT NULL,
    reserved       BIGINT NOT NULL,
    lead_time_days BIGINT NOT NULL,
    price_minor    BIGINT NOT NULL,
    currency       TEXT NOT NULL,
    PRIMARY KEY (tenant_id, center_id, part_code),
    FOREIGN KEY (tenant_id, center_id) REFERENCES centers (tenant_id, center_id),
    CHECK (reserved >= 0 AND reserved <= on_hand)
);

-- What this service keeps of a vehicle, from ingestion's events.
CREATE TABLE vehicles (
    tenant_id       TEXT NOT NULL,
    vehicle_id      TEXT NOT NULL,
    vehicle_class   TEXT NOT NULL,
    in_service_date TEXT,
    odometer_km     DOUBLE PRECISION,
    retired         BOOLEAN NOT NULL,
    PRIMARY KEY (tenant_id, vehicle_id)
);

-- The work that each alert asks for. An alert that is here was handled: it books at most once.
CREATE TABLE alert_jobs (
    tenant_id   TEXT NOT NULL,
    alert_id    TEXT NOT NULL,
    vehicle_id  TEXT NOT NULL,
    decision_id TEXT,
    job         TEXT NOT NULL,
    PRIMARY KEY (tenant_id, alert_id)
);

CREATE TABLE appointments (
    tenant_id      TEXT NOT NULL,
    appointment_id TEXT NOT NULL,
    vehicle_id     TEXT NOT NULL,
    component      TEXT,
    alert_id       TEXT,
    status         TEXT NOT NULL,
    version        BIGINT NOT NULL,
    booked_by      TEXT NOT NULL,
    technician_id  TEXT,
    -- The start, or while there is none the time of asking: what lists are ordered by.
    listed_at      TIMESTAMPTZ NOT NULL,
    -- When an unplaced visit is tried again.
    retry_at       TIMESTAMPTZ,
    -- The caller's Idempotency-Key.
    request_key    TEXT,
    created_at     TIMESTAMPTZ NOT NULL,
    updated_at     TIMESTAMPTZ NOT NULL,
    body           TEXT NOT NULL,
    PRIMARY KEY (tenant_id, appointment_id),
    UNIQUE (tenant_id, request_key)
);
CREATE UNIQUE INDEX appointments_auto_alert ON appointments (tenant_id, alert_id) WHERE booked_by = 'AUTO';
CREATE UNIQUE INDEX appointments_open_component ON appointments (tenant_id, vehicle_id, component)
    WHERE component IS NOT NULL AND status IN ('UNPLACED', 'SCHEDULED', 'STARTED');
CREATE INDEX appointments_listed ON appointments (tenant_id, listed_at, appointment_id);
CREATE INDEX appointments_vehicle ON appointments (tenant_id, vehicle_id, listed_at);
CREATE INDEX appointments_technician ON appointments (tenant_id, technician_id, listed_at);
CREATE INDEX appointments_retry ON appointments (retry_at) WHERE retry_at IS NOT NULL;

-- Slots that were offered and are kept for the asker until `expires_at`.
CREATE TABLE holds (
    tenant_id  TEXT NOT NULL,
    slot_id    TEXT NOT NULL,
    vehicle_id TEXT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (tenant_id, slot_id)
);
CREATE INDEX holds_vehicle ON holds (tenant_id, vehicle_id);
CREATE INDEX holds_expiry ON holds (expires_at);

-- Spans for which a visit or an offered slot takes a technician or a bay; quarters of an hour since 1970-01-01T00:00Z.
CREATE TABLE reservations (
    tenant_id    TEXT NOT NULL,
    holder_id    TEXT NOT NULL,
    resource     TEXT NOT NULL,
    from_quarter BIGINT NOT NULL,
    to_quarter   BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, holder_id, resource)
);
CREATE INDEX reservations_span ON reservations (tenant_id, to_quarter);

-- The same quarter by quarter: its primary key is what makes a double booking impossible, whoever writes.
CREATE TABLE occupancy (
    tenant_id TEXT NOT NULL,
    resource  TEXT NOT NULL,
    quarter   BIGINT NOT NULL,
    holder_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, resource, quarter)
);
CREATE INDEX occupancy_holder ON occupancy (tenant_id, holder_id);

CREATE TABLE part_reservations (
    tenant_id      TEXT NOT NULL,
    appointment_id TEXT NOT NULL,
    part_code      TEXT NOT NULL,
    center_id      TEXT NOT NULL,
    quantity       BIGINT NOT NULL,
    source         TEXT NOT NULL,
    PRIMARY KEY (tenant_id, appointment_id, part_code)
);
CREATE INDEX part_reservations_part ON part_reservations (tenant_id, center_id, part_code);
