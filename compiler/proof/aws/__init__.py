"""The AWS CLI: what a command does, from its words alone."""

from compiler.proof.aws.verdict import goes_without, judge, parse_call, unwrap

__all__ = ["goes_without", "judge", "parse_call", "unwrap"]
