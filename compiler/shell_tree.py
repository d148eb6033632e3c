"""The tree that the parser makes of a command line: what may not be in it, and where it is not to be trusted."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from compiler.shell_parts import Unshellable

_PLAIN_PROGRAM: Final = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./+-]*|:", re.ASCII)
_BRACES: Final = re.compile(r"\{[^{}]*(?:,|\.\.)[^{}]*\}")
_BASH: Final = Language(tree_sitter_bash.language())
_OUT_OF_REACH: Final = re.compile(rb"[\xf0-\xf4][\x80-\xbf]{3}")
"""Characters from U+10000 on (emoji): the parser looks them up behind the end of a table, which may end the process."""
_AS_LONG: Final = "éé".encode()
REFUSED: Final = {
    "command_substitution": "a command inside the command ($(…) or backticks) would run first, unseen",
    "process_substitution": "<(…) runs another command",
    "function_definition": "a function can take the name of any program",
    "for_statement": "a loop runs a step many times: make the step one command with a parameter",
    "c_style_for_statement": "a loop runs a step many times: make the step one command with a parameter",
    "while_statement": "a loop runs a step until something happens: make it one command",
    "if_statement": "a condition decides at run time what is done: make each branch a step",
    "case_statement": "a condition decides at run time what is done: make each branch a step",
    "compound_statement": "a group of commands: make each a step",
    "subshell": "a group of commands: make each a step",
    "test_command": "a test of the shell decides at run time what is done",
    "brace_expression": "braces make several words out of one: write them out",
    "ansi_c_string": "$'…' hides characters: write them plainly",
    "translated_string": '$"…" is translated by the host: write it plainly',
    "arithmetic_expansion": "the shell would compute a value: write it, or make it a parameter",
    "herestring_redirect": "standard input comes from a text: give it as an argument",
    "extglob_pattern": "an extended pattern: write the names out",
    "unset_command": "it only sets the shell's own state",
}
"""Parts that a step may not hold, each with the reason."""


@lru_cache(maxsize=128)
def tree_of(source: bytes) -> Node:
    """The parser's tree of a text. A line is read twice, for where it ends and for what it does: it is parsed once.

    Its nodes tell places in the text, not the text.
    """
    return Parser(_BASH).parse(_OUT_OF_REACH.sub(_AS_LONG, source)).root_node


def statements(root: Node) -> Iterator[Node]:
    """The statements of a line, from left to right. Raises Unshellable for what may not stand between them."""
    for child in root.children:
        if child.type == "&":
            raise Unshellable("& leaves it running in the background")
        if child.is_named and child.type != "comment":
            yield child
        elif child.type not in ("comment", ";", "\n"):
            raise Unshellable(f"{child.type} has no place here")


def check_name(inside: Node, written: str) -> None:
    """Raise Unshellable for the name of a program that is not written plainly."""
    if inside.type in REFUSED:
        raise Unshellable(REFUSED[inside.type])
    if inside.type in ("string", "raw_string") or "\\" in written or "'" in written or '"' in written:
        raise Unshellable("the program's name is quoted: write it plainly")
    if "$" in written:
        raise Unshellable("the program's name comes from a variable: write it")
    check_bare(written)
    if not _PLAIN_PROGRAM.fullmatch(written):
        raise Unshellable(f"{written[:40]!r} is not the plain name of a program")


def check_bare(bare: str) -> None:
    """Raise Unshellable for what a shell makes several words of, or another word, where it is not quoted."""
    if bare.startswith("~"):
        raise Unshellable("~ depends on who runs it: write the whole path")
    if "{" in bare and _BRACES.search(bare):
        raise Unshellable(REFUSED["brace_expression"])


def runs_over_a_line(root: Node, source: bytes) -> bool:
    """Whether the parser took the words of two lines for one command, which it does below some long pipes."""
    waiting = [root] if b"\n" in source else []
    while waiting:
        node = waiting.pop()
        waiting += node.children
        if node.type in ("command", "redirected_statement", "file_redirect", "declaration_command"):
            gaps = (source[one.end_byte : other.start_byte] for one, other in pairwise(node.children))
            if any(b"\n" in gap.replace(b"\\\n", b" ") or (gap.startswith(b"\\\n") and not gap[2:]) for gap in gaps):
                return True
    return False


def holds_variable(node: Node) -> bool:
    return node.type in ("simple_expansion", "expansion") or any(holds_variable(child) for child in node.children)
