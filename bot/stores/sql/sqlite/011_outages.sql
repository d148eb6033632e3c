-- What an alert is one outage of, where each has a key of its own: those that fire still are found by it.
ALTER TABLE alerts ADD COLUMN outage_of TEXT;

UPDATE alerts SET outage_of = json_extract(body, '$.alert.source') || ':' || json_extract(body, '$.alert.thing')
WHERE firing = 1 AND json_extract(body, '$.alert.thing') <> '';

CREATE INDEX alerts_outages ON alerts (outage_of) WHERE firing = 1 AND outage_of IS NOT NULL;
