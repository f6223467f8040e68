-- Which alerts rest on which visit: one that the service booked by itself goes when the last of them does, and until then it is the newest's.
CREATE TABLE visit_alerts (
    tenant_id      TEXT NOT NULL,
    alert_id       TEXT NOT NULL,
    appointment_id TEXT NOT NULL,
    decision_id    TEXT,
    -- Its decision asks that a person look before anything is booked.
    held           BOOLEAN NOT NULL,
    -- Grows with each alert of a visit: the newest has the highest.
    ordinal        BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, alert_id)
);
CREATE INDEX visit_alerts_visit ON visit_alerts (tenant_id, appointment_id, ordinal);

-- Open visits rest on their alert, and on the one whose decision took them over. A decision's id stands only in the visit's JSON, and
-- replace() finds it there in the same words on both databases.
INSERT INTO visit_alerts (tenant_id, alert_id, appointment_id, decision_id, held, ordinal)
SELECT j.tenant_id, j.alert_id, a.appointment_id, j.decision_id, replace(a.body, '"provisional":true', '') <> a.body,
       CASE WHEN j.alert_id = a.alert_id THEN 0 ELSE 1 END
FROM appointments a JOIN alert_jobs j ON j.tenant_id = a.tenant_id AND j.vehicle_id = a.vehicle_id
WHERE a.booked_by = 'AUTO' AND a.status IN ('UNPLACED', 'SCHEDULED')
  AND (j.alert_id = a.alert_id OR replace(a.body, '"decision_id":"' || j.decision_id || '"', '') <> a.body)
ORDER BY CASE WHEN j.alert_id = a.alert_id THEN 0 ELSE 1 END, a.appointment_id
ON CONFLICT (tenant_id, alert_id) DO NOTHING;
