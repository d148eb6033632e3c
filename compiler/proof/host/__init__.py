"""The tools of a host: what a command does, from its words alone."""

from compiler.proof.host.verdict import TOOLS, judge, knows, looks_at_a_certificate, on_files, unwrap

__all__ = ["TOOLS", "judge", "knows", "looks_at_a_certificate", "on_files", "unwrap"]
