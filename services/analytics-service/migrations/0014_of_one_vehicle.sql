-- What one vehicle has to have done, and an owner's vehicles, in the order in which they are shown. The indexes before these had the right
-- columns in another order, and the planner of SQLite looked through all open decisions, and all vehicles, instead.
DROP INDEX decision_view_vehicle;
CREATE INDEX decision_view_vehicle ON decision_view (tenant_id, vehicle_id, is_open, severity_rank DESC, decision_id);
DROP INDEX vehicle_view_owner;
CREATE INDEX vehicle_view_owner ON vehicle_view (tenant_id, owner_id, vehicle_id);
