"""Every other known tool: what a command does, from its words alone."""

from compiler.proof.tools.verdict import is_script, judge, judge_script
from compiler.proof.tools.versions import says_version

__all__ = ["is_script", "judge", "judge_script", "says_version"]
