"""The variables of a shell: what sets one, which are the shell's own, and whose output one keeps."""

import re
from typing import Final

from tree_sitter import Node

from compiler.proof.word_list import word_list

SHELLS_OWN: Final = word_list(
    "HOME PWD OLDPWD PATH SHELL IFS RANDOM SECONDS LINENO PPID UID EUID BASH BASH_VERSION ENV CDPATH OPTARG OPTIND"
)
"""Those that depend on who runs the line."""
_STEERS: Final = re.compile(
    r"(?:LD_|DYLD_|PS[0-4]$|PROMPT_COMMAND$|SHELLOPTS$|BASHOPTS$|BASH_ENV$|KUBECONFIG$|PGOPTIONS$"
    r"|PYTHON(?:PATH|HOME|STARTUP)$|PERL5(?:LIB|OPT)$|RUBY(?:LIB|OPT)$|NODE_OPTIONS$|JAVA_TOOL_OPTIONS$)"
)
_QUOTED: Final = 3
"""The parts of a text between quotes that is one thing: both quotes, and it."""
_SET: Final = re.compile(
    r"(?:^|[;&|({])\s*(?:(?:export|readonly|local|declare|typeset)\s+(?:-\w+\s+)*)?(?P<assigned>[A-Za-z_]\w*)\+?="
    r"|\b(?:read|unset|for)\s+(?:-\w+\s+)*(?P<named>[A-Za-z_]\w*)"
)


def set_by(text: str) -> frozenset[str]:
    """The shell's variables that a line sets, adds to or takes away, as far as its words tell."""
    return frozenset(match["assigned"] or match["named"] for match in _SET.finditer(text))


def steers(name: str) -> bool:
    """Whether a variable decides what the shell, or what it starts, does from now on: `PATH`, `LD_PRELOAD`."""
    return name in SHELLS_OWN or bool(_STEERS.match(name))


def kept_output(value: Node) -> Node | None:
    """The command whose whole output this value is, in quotes or not; None for every other value."""
    inside = value.children[1] if value.type == "string" and len(value.children) == _QUOTED else value
    return inside if inside.type == "command_substitution" else None


def keeps_one(declaration: Node) -> Node | None:
    """The assignment of `export NAME=$(…)`; None where more or less is declared."""
    first, *rest = declaration.children[1:] or (declaration,)
    keeps = not rest and first.type == "variable_assignment" and kept_output(first.children[-1]) is not None
    return first if keeps else None
