-- What is counted of an incident's alerts without reading each of them.
ALTER TABLE alerts ADD COLUMN firing BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE alerts ADD COLUMN messages BIGINT NOT NULL DEFAULT 0;

UPDATE alerts
SET firing = body::json #>> '{alert,status}' = 'firing', messages = (body::json ->> 'count')::bigint;

CREATE INDEX alerts_firing ON alerts (incident_id) WHERE firing;
