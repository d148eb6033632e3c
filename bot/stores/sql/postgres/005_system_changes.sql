-- What was changed in the systems: deployments, pushes, switches. Kept for a while, and then forgotten.
CREATE TABLE system_changes (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    system TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    body TEXT NOT NULL
);

CREATE INDEX system_changes_of_system ON system_changes (system, at);
CREATE INDEX system_changes_oldest ON system_changes (at);
