"""What a fence is: code in some language, or a directive like MyST's (` ```{warning} `, ` ```{code-block} bash `)."""

import re
from collections.abc import Sequence
from typing import Final

from markdown_it.token import Token

from compiler.markdown_notes import warning_in
from compiler.proof.word_list import word_list

_DIRECTIVE: Final = re.compile(r"\{(?P<kind>[A-Za-z][\w-]*)\}[ \t]*(?P<told>.*)", re.DOTALL)
_NOTES: Final = word_list(
    "note tip hint seealso important warning caution danger attention error admonition dropdown tab-item card"
)
"""Those whose body is Markdown."""
_CODE: Final = word_list("code code-block code-cell sourcecode")
_SHOWN: Final = word_list(
    "figure image toctree include literalinclude math table list-table csv-table glossary contents margin sidebar "
    "iframe eval-rst"
)
"""Those that show something, which nobody runs."""
_LANGUAGE: Final = re.compile(r"[\w+#-][\w+#.-]*")
_OPTIONS: Final = re.compile(r"\s*(?::[\w-]+:[^\n]*(?:\n|$))+")


def note_of(info: str) -> tuple[str, str]:
    """The kind of the note that a fence with this info is, and its title; for any other fence, no kind."""
    found = _DIRECTIVE.fullmatch(info.strip())
    if found is None or found["kind"] not in _NOTES:
        return "", ""
    return warning_in(f"{found['kind']} {found['told']}") or found["kind"], found["told"]


def body_of(content: str) -> str:
    """What a note says, line for line, without the options at its beginning (`:class: dropdown`)."""
    options = _OPTIONS.match(content)
    return "\n" * options[0].count("\n") + content[options.end() :] if options else content


def language_of(info: str) -> str:
    """The language that a fence's info names; empty without one."""
    found = _DIRECTIVE.fullmatch(info.strip())
    if found is not None and found["kind"] in _SHOWN:
        return "text"
    language = _LANGUAGE.search(found["told"] if found is not None and found["kind"] in _CODE else info)
    return language[0] if language else ""


def is_closed(source: Sequence[str], fence: Token, offset: int) -> bool:
    """Whether a fence has an end of its own in the source's lines, `offset` lines below where it was read."""
    start, end = fence.map or [0, 0]
    last = source[end + offset - 1].strip(" \t>") if end - start > 1 else ""
    return len(last) >= len(fence.markup) and not last.strip(fence.markup[0])
