"""Every other known tool: what a command does, from its words alone."""

from compiler.proof.tools.verdict import judge

__all__ = ["judge"]
