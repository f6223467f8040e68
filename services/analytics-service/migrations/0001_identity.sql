-- People, sessions and keys. Names and addresses stand in `person` alone, so that they can be erased without touching history.
CREATE TABLE tenant (
    tenant_id   TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    active      BOOLEAN NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL
);

CREATE TABLE user_account (
    tenant_id      TEXT NOT NULL,
    user_id        TEXT NOT NULL,
    role           TEXT NOT NULL,
    status         TEXT NOT NULL,
    password_hash  TEXT NOT NULL,
    vehicle_ids    TEXT NOT NULL,
    fleet_ids      TEXT NOT NULL,
    created_at     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);

CREATE TABLE person (
    tenant_id     TEXT NOT NULL,
    user_id       TEXT NOT NULL,
    username      TEXT NOT NULL,
    username_key  TEXT NOT NULL,
    display_name  TEXT,
    email         TEXT,
    locale        TEXT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);
CREATE UNIQUE INDEX person_username ON person (tenant_id, username_key);

CREATE TABLE session (
    tenant_id     TEXT NOT NULL,
    session_id    TEXT NOT NULL,
    user_id       TEXT NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL,
    last_used_at  TIMESTAMPTZ NOT NULL,
    expires_at    TIMESTAMPTZ NOT NULL,
    revoked_at    TIMESTAMPTZ,
    PRIMARY KEY (tenant_id, session_id)
);
CREATE INDEX session_of_user ON session (tenant_id, user_id, session_id);

CREATE TABLE refresh_token (
    tenant_id   TEXT NOT NULL,
    session_id  TEXT NOT NULL,
    token_hash  TEXT NOT NULL,
    spent_at    TIMESTAMPTZ,
    PRIMARY KEY (tenant_id, session_id, token_hash)
);

CREATE TABLE api_key (
    tenant_id    TEXT NOT NULL,
    key_id       TEXT NOT NULL,
    name         TEXT NOT NULL,
    prefix       TEXT NOT NULL,
    hash         TEXT NOT NULL,
    kind         TEXT NOT NULL,
    role         TEXT,
    scopes       TEXT NOT NULL,
    vehicle_ids  TEXT,
    created_by   TEXT NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    expires_at   TIMESTAMPTZ,
    revoked_at   TIMESTAMPTZ,
    PRIMARY KEY (tenant_id, key_id)
);
