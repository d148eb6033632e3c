"""Every other known tool: what a command does, from its words alone."""

from compiler.proof.tools.verdict import is_script, judge, judge_script

__all__ = ["is_script", "judge", "judge_script"]
