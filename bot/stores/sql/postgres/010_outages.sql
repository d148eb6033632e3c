-- What an alert is one outage of, where each has a key of its own: those that fire still are found by it.
ALTER TABLE alerts ADD COLUMN outage_of TEXT;

-- JSON's NUL is no text here; a name with one waits for the alert's next message.
UPDATE alerts SET outage_of = body::json #>> '{alert,source}' || ':' || nullif(body::json #>> '{alert,thing}', '')
WHERE firing AND position('\u0000' IN body) = 0;

CREATE INDEX alerts_outages ON alerts (outage_of) WHERE firing AND outage_of IS NOT NULL;
