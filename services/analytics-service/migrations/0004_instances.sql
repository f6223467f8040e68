-- What several instances of the service need to know of each other's work.

-- Where an audited event stood in its stream, so that each instance can tell its followers what any of them has recorded.
ALTER TABLE audit_entry ADD COLUMN partition BIGINT;
ALTER TABLE audit_entry ADD COLUMN sequence BIGINT;
CREATE INDEX audit_of_stream ON audit_entry (source, partition, sequence) WHERE sequence IS NOT NULL;

-- Tries to sign in. `subject` is a hash of a tenant and user name, or of an address; the tenant may not even exist. Machine time.
CREATE TABLE sign_in_try (
    subject       TEXT PRIMARY KEY,
    failures      BIGINT NOT NULL,
    last_failure  TIMESTAMPTZ NOT NULL
);
CREATE INDEX sign_in_try_age ON sign_in_try (last_failure);
