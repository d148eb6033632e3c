-- What has content that may be let go, oldest first.
CREATE INDEX deliveries_bodies ON deliveries (received_at) WHERE length(body) > 0;
CREATE INDEX events_said ON events (recorded_at) WHERE body IS NOT NULL;
CREATE INDEX findings_shown ON findings (at) WHERE json_extract(body, '$.sight.output') <> '';
