"""Redis, and redis-cli: what a command does, from its words alone."""

from compiler.proof.redis.verdict import MAX_ELEMENTS, bounded, from_cli, judge, judge_cli, judge_matching

__all__ = ["MAX_ELEMENTS", "bounded", "from_cli", "judge", "judge_cli", "judge_matching"]
