"""The monitors: one pure parser each, from bytes and headers to alerts."""
