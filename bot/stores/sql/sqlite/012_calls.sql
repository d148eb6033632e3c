-- Whether a person is called anew for an incident is asked before each call.
CREATE INDEX jobs_calls ON jobs (incident_id) WHERE name = 'page';
