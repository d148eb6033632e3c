-- The stops of all remediations. At most one stands; the others were lifted.
CREATE TABLE stops (
    id TEXT PRIMARY KEY,
    -- 1 while it stands, then NULL.
    standing INTEGER UNIQUE CHECK (standing = 1),
    body TEXT NOT NULL
) STRICT;

CREATE INDEX approvals_under_way ON approvals (state) WHERE state IN ('preparing', 'asked', 'approved', 'running');
