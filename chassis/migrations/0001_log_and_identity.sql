-- The outbox is the producer's log: state and event leave in one transaction; the relay gives each row its place.
CREATE TABLE outbox (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    -- postgres instead: id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id        TEXT NOT NULL UNIQUE,
    partition       BIGINT NOT NULL,
    sequence        BIGINT,
    kind            TEXT NOT NULL,
    schema_version  TEXT NOT NULL,
    tenant_id       TEXT NOT NULL,
    subject         TEXT,
    time            TIMESTAMPTZ NOT NULL,
    recorded_time   TIMESTAMPTZ NOT NULL,
    historical      BOOLEAN NOT NULL,
    correlation_id  TEXT NOT NULL,
    encoding        TEXT NOT NULL,
    data            BLOB NOT NULL,
    published       BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE UNIQUE INDEX outbox_place ON outbox (partition, sequence) WHERE sequence IS NOT NULL;
CREATE INDEX outbox_unmarked ON outbox (id) WHERE sequence IS NULL;
CREATE INDEX outbox_unpublished ON outbox (id) WHERE published = FALSE;

-- The last sequence given in each partition.
CREATE TABLE stream_head (
    partition  BIGINT PRIMARY KEY,
    sequence   BIGINT NOT NULL
);

-- Who may do what only one may do at a time (the relay); epoch grows at each take-over. Times are machine time in microseconds.
CREATE TABLE lease (
    name           TEXT PRIMARY KEY,
    owner          TEXT NOT NULL,
    epoch          BIGINT NOT NULL,
    expires_at_us  BIGINT NOT NULL
);

-- Which instance handles a partition.
CREATE TABLE partition_lease (
    partition      BIGINT PRIMARY KEY,
    owner          TEXT NOT NULL,
    epoch          BIGINT NOT NULL,
    expires_at_us  BIGINT NOT NULL
);

-- How far this service has read each stream; moves in the transaction of the effect.
CREATE TABLE consumer_position (
    producer   TEXT NOT NULL,
    partition  BIGINT NOT NULL,
    sequence   BIGINT NOT NULL,
    PRIMARY KEY (producer, partition)
);

-- Events that could not be handled; kept whole, to be seen and replayed.
CREATE TABLE dead_letter (
    tenant_id    TEXT NOT NULL,
    id           TEXT NOT NULL,
    producer     TEXT NOT NULL,
    partition    BIGINT NOT NULL,
    sequence     BIGINT NOT NULL,
    kind         TEXT NOT NULL,
    event        TEXT NOT NULL,
    code         TEXT NOT NULL,
    detail       TEXT NOT NULL,
    failed_at    TIMESTAMPTZ NOT NULL,
    replayed_at  TIMESTAMPTZ,
    PRIMARY KEY (tenant_id, id)
);

-- The local copy of identity, fed by identity.* events. No names, no addresses.
CREATE TABLE identity_tenant (
    tenant_id  TEXT PRIMARY KEY,
    status     TEXT NOT NULL
);
CREATE TABLE identity_user (
    tenant_id    TEXT NOT NULL,
    user_id      TEXT NOT NULL,
    role         TEXT NOT NULL,
    status       TEXT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);
CREATE TABLE identity_key (
    tenant_id    TEXT NOT NULL,
    key_id       TEXT NOT NULL,
    hash         TEXT NOT NULL UNIQUE,
    kind         TEXT NOT NULL,
    role         TEXT,
    scopes       TEXT NOT NULL,
    vehicle_ids  TEXT,
    expires_at   TIMESTAMPTZ,
    revoked      BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (tenant_id, key_id)
);
CREATE TABLE identity_revoked_session (
    tenant_id   TEXT NOT NULL,
    session_id  TEXT NOT NULL,
    expires_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, session_id)
);
