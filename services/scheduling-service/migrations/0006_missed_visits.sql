-- The quarter of an hour before which a visit's work ends, so that those are found that nobody began. Of visits that are booked already it is
-- known with the buffer after the work.
ALTER TABLE appointments ADD COLUMN end_quarter BIGINT;
UPDATE appointments SET end_quarter = (
    SELECT MAX(r.to_quarter) FROM reservations r
    WHERE r.tenant_id = appointments.tenant_id AND r.holder_id = appointments.appointment_id
) WHERE status = 'SCHEDULED';
CREATE INDEX appointments_missed ON appointments (end_quarter) WHERE status = 'SCHEDULED';

-- An alert whose visit was missed is booked anew: it has one visit that was not cancelled.
DROP INDEX appointments_auto_alert;
CREATE UNIQUE INDEX appointments_auto_alert ON appointments (tenant_id, alert_id) WHERE booked_by = 'AUTO' AND status <> 'CANCELLED';
