"""Docker and Compose: what a command does, from its words alone."""

from compiler.proof.docker.verdict import judge, judge_api, unwrap

__all__ = ["judge", "judge_api", "unwrap"]
