-- What was changed in the systems: deployments, pushes, switches. Kept for a while, and then forgotten.
CREATE TABLE system_changes (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    system TEXT NOT NULL,
    at TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX system_changes_of_system ON system_changes (system, at);
CREATE INDEX system_changes_oldest ON system_changes (at);
