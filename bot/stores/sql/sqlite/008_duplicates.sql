-- What may be let go once nobody can ask for it again, oldest first.
CREATE INDEX causes_oldest ON causes (at);
CREATE INDEX deliveries_emptied ON deliveries (received_at) WHERE length(body) = 0;
CREATE INDEX jobs_ended ON jobs (due_at) WHERE state IN ('done', 'given_up');
CREATE INDEX alerts_oldest ON alerts (first_at);
