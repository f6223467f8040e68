-- What a message of the ledger is about: an alert, or a report that was made. `alert_id` holds the id of either; they begin differently.
ALTER TABLE delivery ADD COLUMN about TEXT NOT NULL DEFAULT 'ALERT';

-- Weekly reports that people are mailed about, as far as a message says something of them.
CREATE TABLE report (
    tenant_id TEXT NOT NULL,
    report_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- UTC days, as 2026-05-04; the second is no part of the period.
    from_day TEXT NOT NULL,
    to_day TEXT NOT NULL,
    PRIMARY KEY (tenant_id, report_id)
);
