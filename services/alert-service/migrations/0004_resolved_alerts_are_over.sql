-- What is said of a component after its alert was resolved is news, also within the hour.
DROP INDEX alert_once_an_hour;
CREATE UNIQUE INDEX alert_once_an_hour ON alert (tenant_id, vehicle_id, component, event_hour, historical, severity_rank)
    WHERE status <> 'RESOLVED';
