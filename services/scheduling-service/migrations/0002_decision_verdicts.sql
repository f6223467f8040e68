-- What reviewers said of decisions. Kept, because a verdict may be heard before the alert that it is about.
CREATE TABLE decision_verdicts (
    tenant_id   TEXT NOT NULL,
    decision_id TEXT NOT NULL,
    verdict     TEXT NOT NULL,
    PRIMARY KEY (tenant_id, decision_id)
);
CREATE INDEX alert_jobs_decision ON alert_jobs (tenant_id, decision_id);
