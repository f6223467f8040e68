-- When a visit was promised a part: where the shelf cannot keep all promises, the latest are ordered. Of earlier versions it is known when the
-- visit was asked for.
ALTER TABLE part_reservations ADD COLUMN promised_at TIMESTAMPTZ;
UPDATE part_reservations SET promised_at = (
    SELECT a.created_at FROM appointments a
    WHERE a.tenant_id = part_reservations.tenant_id AND a.appointment_id = part_reservations.appointment_id
);
