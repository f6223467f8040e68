-- When the odometer was read that counts, and what the registry last said of it. Rows from before have neither: what they know
-- is the highest that anybody said.
ALTER TABLE vehicle ADD COLUMN odometer_read_at TIMESTAMPTZ;
ALTER TABLE vehicle ADD COLUMN registry_km DOUBLE PRECISION;
ALTER TABLE vehicle ADD COLUMN registry_said_at TIMESTAMPTZ;
