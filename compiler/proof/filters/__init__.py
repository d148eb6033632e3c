"""What stands behind a pipe, done in the process: what a command does, from its words alone."""

from compiler.proof.filters.verdict import TOOLS, apply, is_plain_edit, parse

__all__ = ["TOOLS", "apply", "is_plain_edit", "parse"]
