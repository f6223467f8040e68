-- How many decisions are due before the day is over is counted, not read from each detail. Null in rows of an older version: they count again
-- once their decision changes or the read models are rebuilt.
ALTER TABLE decision_view ADD COLUMN urgency TEXT;
