"""git and GitHub's gh: what a command does, from its words alone."""

from compiler.proof.git.verdict import judge

__all__ = ["judge"]
