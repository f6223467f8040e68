-- A vehicle stands in one workshop at a time: from now on a visit takes it as it takes its technician, and so do the visits that are booked
-- already. Where two of one vehicle overlap, the first that is found has the time, and the other stays for a person to see.
INSERT INTO occupancy (tenant_id, resource, quarter, holder_id)
SELECT o.tenant_id, 'vehicle:' || a.vehicle_id, o.quarter, o.holder_id
FROM occupancy o JOIN appointments a ON a.tenant_id = o.tenant_id AND a.appointment_id = o.holder_id
WHERE o.resource LIKE 'technician:%' AND a.status IN ('SCHEDULED', 'STARTED')
ORDER BY o.quarter, o.holder_id
ON CONFLICT (tenant_id, resource, quarter) DO NOTHING;
INSERT INTO reservations (tenant_id, holder_id, resource, from_quarter, to_quarter)
SELECT r.tenant_id, r.holder_id, 'vehicle:' || a.vehicle_id, r.from_quarter, r.to_quarter
FROM reservations r JOIN appointments a ON a.tenant_id = r.tenant_id AND a.appointment_id = r.holder_id
WHERE r.resource LIKE 'technician:%' AND a.status IN ('SCHEDULED', 'STARTED');
