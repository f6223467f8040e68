-- What was given for a refresh token: while nobody has used it, its answer may have been lost on the way to the page that asked.
ALTER TABLE refresh_token ADD COLUMN successor_hash TEXT;
