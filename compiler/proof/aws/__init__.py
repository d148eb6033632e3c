"""The AWS CLI: what a command does, from its words alone."""

from compiler.proof.aws.verdict import judge, parse_call, unwrap

__all__ = ["judge", "parse_call", "unwrap"]
