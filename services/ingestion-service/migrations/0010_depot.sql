-- The depot that a vehicle stands at; with fleet and owner it decides who may see the vehicle.
ALTER TABLE vehicle ADD COLUMN depot_id TEXT;
