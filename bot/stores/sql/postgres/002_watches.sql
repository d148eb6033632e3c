-- How each watch stands: one row each, whatever it saw before.
CREATE TABLE watches (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL
);
