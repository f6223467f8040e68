-- Lists go worst first, and vehicles without a score come last: a score of 2 stands for none. The index is on what is sorted by, so that a page of
-- fifty reads fifty rows and not a fleet.
DROP INDEX vehicle_state_by_score;
CREATE INDEX vehicle_state_by_rank ON vehicle_state (tenant_id, (COALESCE(overall_score, 2.0)), vehicle_id);
CREATE INDEX vehicle_state_by_status ON vehicle_state (tenant_id, overall_status, (COALESCE(overall_score, 2.0)), vehicle_id);
DROP INDEX component_health_by_score;
CREATE INDEX component_health_by_rank ON component_health (tenant_id, component, (COALESCE(score, 2.0)), vehicle_id);
CREATE INDEX component_health_by_status ON component_health (tenant_id, component, status, (COALESCE(score, 2.0)), vehicle_id);

-- Registered vehicles of which nothing was computed yet: few, once telemetry comes.
ALTER TABLE vehicle ADD COLUMN silent BOOLEAN NOT NULL DEFAULT TRUE;
UPDATE vehicle SET silent = FALSE WHERE EXISTS
    (SELECT 1 FROM vehicle_state s WHERE s.tenant_id = vehicle.tenant_id AND s.vehicle_id = vehicle.vehicle_id);
CREATE INDEX vehicle_silent ON vehicle (tenant_id, vehicle_id) WHERE silent = TRUE;
