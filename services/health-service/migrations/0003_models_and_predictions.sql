-- Models of remaining life. They are the installation's, not a tenant's: which of them speaks is each tenant's choice (model_standing).
CREATE TABLE model (
    model_id        TEXT NOT NULL PRIMARY KEY,
    family          TEXT NOT NULL,
    component       TEXT NOT NULL,
    vehicle_class   TEXT NOT NULL,
    card            TEXT NOT NULL,
    data_hash       TEXT NOT NULL,
    artefact        BLOB NOT NULL,
    shipped         BOOLEAN NOT NULL,
    registered_at   TIMESTAMPTZ NOT NULL
);

-- Which model speaks for a component of a class of vehicles. Without a row, what was shipped does.
CREATE TABLE model_standing (
    tenant_id       TEXT NOT NULL,
    component       TEXT NOT NULL,
    vehicle_class   TEXT NOT NULL,
    model_id        TEXT NOT NULL,
    previous        TEXT,
    since           TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, component, vehicle_class)
);

-- Every change of it: who, why, and on what evidence.
CREATE TABLE model_change (
    tenant_id           TEXT NOT NULL,
    change_id           TEXT NOT NULL,
    component           TEXT NOT NULL,
    vehicle_class       TEXT NOT NULL,
    action              TEXT NOT NULL,
    model_id            TEXT NOT NULL,
    previous            TEXT NOT NULL,
    forced              BOOLEAN NOT NULL,
    reason              TEXT NOT NULL,
    compared_on         TEXT NOT NULL,
    units               BIGINT NOT NULL,
    loss_km             DOUBLE PRECISION,
    previous_loss_km    DOUBLE PRECISION,
    changed_by          TEXT NOT NULL,
    changed_at          TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, change_id)
);

-- What was predicted, frozen when it was said, and what became of it. `life` is the event time at which the part's life began in
-- microseconds (0: it was there when we first saw the vehicle); `day` counts days of event time since 1970.
CREATE TABLE prediction (
    tenant_id       TEXT NOT NULL,
    vehicle_id      TEXT NOT NULL,
    component       TEXT NOT NULL,
    model_id        TEXT NOT NULL,
    day             BIGINT NOT NULL,
    life            BIGINT NOT NULL,
    vehicle_class   TEXT NOT NULL,
    shadow          BOOLEAN NOT NULL,
    made_at         TIMESTAMPTZ NOT NULL,
    distance_km     DOUBLE PRECISION NOT NULL,
    odometer_km     DOUBLE PRECISION,
    km_per_day      DOUBLE PRECISION NOT NULL,
    score           DOUBLE PRECISION NOT NULL,
    rul_km_p05      DOUBLE PRECISION NOT NULL,
    rul_km_p50      DOUBLE PRECISION NOT NULL,
    rul_km_p95      DOUBLE PRECISION NOT NULL,
    outcome         TEXT NOT NULL,
    truth_km        DOUBLE PRECISION,
    pinball_km      DOUBLE PRECISION,
    drawn           BOOLEAN NOT NULL DEFAULT FALSE,
    outcome_at      TIMESTAMPTZ,
    PRIMARY KEY (tenant_id, vehicle_id, component, model_id, day)
);
CREATE INDEX prediction_by_model ON prediction (tenant_id, component, vehicle_class, model_id, outcome);
CREATE INDEX prediction_by_time ON prediction (tenant_id, model_id, made_at);

-- How far what models see now lies from what they were made for.
CREATE TABLE model_drift (
    tenant_id       TEXT NOT NULL,
    model_id        TEXT NOT NULL,
    component       TEXT NOT NULL,
    vehicle_class   TEXT NOT NULL,
    feature         TEXT NOT NULL,
    stability_index DOUBLE PRECISION NOT NULL,
    reference_count BIGINT NOT NULL,
    recent_count    BIGINT NOT NULL,
    drifting        BOOLEAN NOT NULL,
    computed_at     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, model_id, component, vehicle_class, feature)
);

-- Where a label comes from, and what the repair was recorded as: a visit has an appointment, a repair done elsewhere has none.
ALTER TABLE label ADD COLUMN source TEXT NOT NULL DEFAULT 'APPOINTMENT';

-- Days of event time since 1970, by which old history is thinned; 0 in rows from before.
ALTER TABLE health_history ADD COLUMN day BIGINT NOT NULL DEFAULT 0;
CREATE INDEX health_history_by_time ON health_history (time);
