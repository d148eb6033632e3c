"""HTTP requests, by curl and wget: what a command does, from its words alone."""

from compiler.proof.http.verdict import Request, judge

__all__ = ["Request", "judge"]
