-- Until when the instance that is sending a message may be left alone with it, by the clock that instances share; after that it counts as
-- stopped, and another judges what became of the message. The number of the attempt tells a late instance that it came too late.
ALTER TABLE delivery ADD COLUMN claimed_until TIMESTAMPTZ;
