-- What a process learned outside and the next one should know before it can ask: a text by its name.
CREATE TABLE remembered (
    name TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;
