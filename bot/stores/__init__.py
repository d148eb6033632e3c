"""Where everything true is kept: a SQLite file, or a PostgreSQL that several processes share, by the same rules."""
