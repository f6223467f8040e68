-- What health said last of how long a vehicle's parts will go on: a slot's risk follows it, not what was known when its alert was raised.
CREATE TABLE remaining_lives (
    tenant_id  TEXT NOT NULL,
    vehicle_id TEXT NOT NULL,
    known_at   TIMESTAMPTZ NOT NULL,
    -- JSON: days until 5, 50 and 95 % have failed, by component.
    days       TEXT NOT NULL,
    PRIMARY KEY (tenant_id, vehicle_id)
);
