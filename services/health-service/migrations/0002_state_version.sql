-- Grows with every write of a state, so that whoever worked on an older one is refused: instances remember states between transactions.
ALTER TABLE vehicle_state ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
