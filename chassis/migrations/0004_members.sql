-- Which groups things belong to, as the owner of identity says: whoever may see a group sees its members.
CREATE TABLE identity_member (
    tenant_id  TEXT NOT NULL,
    member_id  TEXT NOT NULL,
    groups     TEXT NOT NULL,
    PRIMARY KEY (tenant_id, member_id)
);
