"""PostgreSQL's SQL, and psql: what a command does, from its words alone."""

from compiler.proof.sql.verdict import attributes, calls, from_psql, judge, judge_psql, relations

__all__ = ["attributes", "calls", "from_psql", "judge", "judge_psql", "relations"]
