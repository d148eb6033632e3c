-- Everything true, as of the first version.
-- Times are UTC text of one width (2026-03-01T12:00:00.000000+00:00), so that they sort as they are.
-- A body is JSON of the whole value; the columns beside it are only what is looked up or must be unique.

CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO counters (name, value) VALUES ('incident', 0);

-- What was decided already: the same cause again is a repeat.
CREATE TABLE causes (
    cause TEXT PRIMARY KEY,
    incident_id TEXT,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE incidents (
    id TEXT PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    is_open INTEGER NOT NULL,
    urgency INTEGER NOT NULL,
    alert_group TEXT,
    channel TEXT,
    body TEXT NOT NULL
) STRICT;

CREATE INDEX incidents_open ON incidents (urgency, number DESC) WHERE is_open = 1;
CREATE UNIQUE INDEX incidents_one_open_a_group ON incidents (alert_group) WHERE is_open = 1;
CREATE INDEX incidents_of_group ON incidents (alert_group, number) WHERE alert_group IS NOT NULL;
CREATE INDEX incidents_channel ON incidents (channel) WHERE channel IS NOT NULL;

-- The timeline. A chain is an incident's id, or the system's.
CREATE TABLE events (
    id TEXT NOT NULL UNIQUE,
    chain TEXT NOT NULL,
    seq INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    content TEXT NOT NULL,
    link TEXT NOT NULL,
    -- NULL once it was redacted: the chain covers the digest in content.
    body TEXT,
    PRIMARY KEY (chain, seq)
) STRICT;

CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    incident_id TEXT,
    first_at TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE INDEX alerts_of_incident ON alerts (incident_id, first_at) WHERE incident_id IS NOT NULL;

CREATE TABLE findings (
    id TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL,
    at TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE INDEX findings_of_incident ON findings (incident_id, at);

CREATE TABLE approvals (
    id TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL,
    step_id TEXT NOT NULL,
    target TEXT NOT NULL,
    state TEXT NOT NULL,
    -- When its run ended, or began while it runs; NULL when nothing ran.
    ran_at TEXT,
    body TEXT NOT NULL
) STRICT;

CREATE INDEX approvals_of_incident ON approvals (incident_id);
CREATE INDEX approvals_ran ON approvals (step_id, target, ran_at) WHERE ran_at IS NOT NULL;
CREATE UNIQUE INDEX approvals_one_running_a_target ON approvals (target) WHERE state = 'running';

CREATE TABLE deliveries (
    key TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    received_at TEXT NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;

CREATE INDEX deliveries_dead ON deliveries (received_at) WHERE state = 'dead';

-- What is owed. A lease stands exactly while somebody holds the job.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    mode TEXT NOT NULL,
    incident_id TEXT,
    subject TEXT NOT NULL,
    urgency INTEGER NOT NULL,
    due_at TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'owed',
    generation INTEGER NOT NULL DEFAULT 1,
    fence INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    worker TEXT,
    lease_until TEXT,
    error TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX jobs_in_order ON jobs (urgency, due_at, id) WHERE state IN ('owed', 'claimed');
CREATE INDEX jobs_next ON jobs (due_at) WHERE state = 'owed';
CREATE INDEX jobs_open_lines ON jobs (incident_id, urgency, id) WHERE name = 'tell' AND state IN ('owed', 'claimed');
CREATE INDEX jobs_held ON jobs (state, lease_until) WHERE lease_until IS NOT NULL;
