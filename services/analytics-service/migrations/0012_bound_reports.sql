-- Reports about some vehicles only, for those who are bound to them: nobody else who is bound sees such a report, and they see no other.
ALTER TABLE report ADD COLUMN bound BOOLEAN NOT NULL DEFAULT FALSE;
