-- What somebody silenced; one that ended stays, and so does the silence that was lifted.
CREATE TABLE silences (
    id TEXT PRIMARY KEY,
    until TIMESTAMPTZ NOT NULL,
    body TEXT NOT NULL
);

CREATE INDEX silences_until ON silences (until);
