-- Where a session was opened from; forgotten with it.
ALTER TABLE session ADD COLUMN user_agent TEXT;
ALTER TABLE session ADD COLUMN address TEXT;

ALTER TABLE user_account ADD COLUMN depot_ids TEXT NOT NULL DEFAULT '[]';

-- Keys: when one was used last, as services tell now and then, and the key that replaces it.
ALTER TABLE api_key ADD COLUMN last_used_at TIMESTAMPTZ;
ALTER TABLE api_key ADD COLUMN replaced_by TEXT;

-- Invitations: whoever holds the secret (kept as a hash) becomes a user with these rights, once. Times are machine time.
CREATE TABLE invitation (
    tenant_id      TEXT NOT NULL,
    invitation_id  TEXT NOT NULL,
    token_hash     TEXT NOT NULL,
    role           TEXT NOT NULL,
    vehicle_ids    TEXT NOT NULL,
    fleet_ids      TEXT NOT NULL,
    depot_ids      TEXT NOT NULL,
    display_name   TEXT,
    email          TEXT,
    locale         TEXT NOT NULL,
    created_by     TEXT NOT NULL,
    created_at     TIMESTAMPTZ NOT NULL,
    expires_at     TIMESTAMPTZ NOT NULL,
    revoked_at     TIMESTAMPTZ,
    user_id        TEXT,
    PRIMARY KEY (tenant_id, invitation_id)
);

-- A tenant's consent that people in the role SUPPORT read its data for a while. Times are machine time.
CREATE TABLE support_consent (
    tenant_id   TEXT NOT NULL,
    consent_id  TEXT NOT NULL,
    reason      TEXT,
    granted_by  TEXT NOT NULL,
    granted_at  TIMESTAMPTZ NOT NULL,
    expires_at  TIMESTAMPTZ NOT NULL,
    revoked_at  TIMESTAMPTZ,
    PRIMARY KEY (tenant_id, consent_id)
);

-- Where a vehicle belongs, as it was told last: fleet, depot and owner decide who may see it.
CREATE TABLE vehicle_place (
    tenant_id   TEXT NOT NULL,
    vehicle_id  TEXT NOT NULL,
    place       TEXT NOT NULL,
    time        TIMESTAMPTZ NOT NULL,
    sequence    BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, vehicle_id)
);

-- What a line of the log says about a request; none of it where an event of the domain is logged.
ALTER TABLE audit_entry ADD COLUMN outcome TEXT;
ALTER TABLE audit_entry ADD COLUMN role TEXT;
ALTER TABLE audit_entry ADD COLUMN method TEXT;
ALTER TABLE audit_entry ADD COLUMN route TEXT;
ALTER TABLE audit_entry ADD COLUMN status BIGINT;
ALTER TABLE audit_entry ADD COLUMN times BIGINT NOT NULL DEFAULT 1;
CREATE INDEX audit_of_outcome ON audit_entry (tenant_id, outcome, time, entry_id) WHERE outcome IS NOT NULL;
