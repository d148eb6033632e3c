"""Commands for Redis."""
