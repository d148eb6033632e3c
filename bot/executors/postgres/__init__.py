"""Statements for PostgreSQL, by asyncpg."""
