-- What is counted of an incident's alerts without reading each of them.
ALTER TABLE alerts ADD COLUMN firing INTEGER NOT NULL DEFAULT 0;
ALTER TABLE alerts ADD COLUMN messages INTEGER NOT NULL DEFAULT 0;

UPDATE alerts SET firing = json_extract(body, '$.alert.status') = 'firing', messages = json_extract(body, '$.count');

CREATE INDEX alerts_firing ON alerts (incident_id) WHERE firing = 1;
