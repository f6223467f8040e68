-- Lists leave retired vehicles out: few, and looked up once for a list.
CREATE INDEX vehicle_retired ON vehicle (tenant_id, vehicle_id) WHERE retired = TRUE;
