"""kubectl and Helm: what a command does, from its words alone."""

from compiler.proof.kubernetes.verdict import judge, parse, unwrap

__all__ = ["judge", "parse", "unwrap"]
