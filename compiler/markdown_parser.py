"""The Markdown parser, set for runbooks: CommonMark, tables, struck-out text, and code that knows its place."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.common.utils import mdTrim
from markdown_it.parser_block import RuleFuncBlockType
from markdown_it.rules_block import (
    StateBlock,
    blockquote,
    fence,
    heading,
    hr,
    html_block,
    lheading,
    list_block,
)
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.backticks import backtick
from markdown_it.token import Token

from compiler.languages import is_inline_command
from compiler.markdown_macro import code_macro
from compiler.markdown_notes import fenced_note, note
from compiler.markdown_table import TABLE, table

_DEEPEST: Final = 60
"""Lists and quotations nested deeper than this are left out: no reader follows them."""
_UNMARKED: Final = r"(?:[^\\`*_~\[\]<&]++|(?<=[^\W_])_++(?=[^\W_])|(?<!~)~(?!~)|<(?![A-Za-z/!?])|&(?![#A-Za-z]))*+"
"""Text without any mark: in `user_id`, `~ 5`, `a < b` and `a & b` they mean nothing."""
_SIMPLE: Final = re.compile(
    rf"(?:\[ \] |\*\*(?P<lead>[^\W_][^\\`*_~\[\]<&\n]*+)(?<=\S)\*\*(?=[\s:]|$))?+(?P<rest>{_UNMARKED})"
)
"""Text for which the rules for words need not run: plain but for a box to tick, or a beginning in bold."""
_MOST_BRACKETS: Final = 400
"""Text with more opening brackets is read without links: the rule for links would read it again from each of them."""
_CODE_INDENT: Final = 4
_PROSE: Final = re.compile(r"\b(?:is|are|was|the|that|should|must)\b| (?:to|of|and|not|if|will) |[.!?:]$")
"""What stands in a sentence that only begins like a command."""
_ENDS_ANYTHING: Final[Mapping[str, RuleFuncBlockType]] = {
    "`": fence, "~": fence, ">": blockquote, "*": hr, "-": hr, "_": hr, "{": code_macro,
    "!": note, "?": note, ":": fenced_note,
}  # fmt: skip
"""The rule that a line's first mark may call for, of those that end a paragraph, a quotation and a list."""
_ENDS_ANY_BUT_LISTS: Final[Mapping[str, RuleFuncBlockType]] = {
    **dict.fromkeys("*-+0123456789", list_block), "<": html_block, "#": heading, "=": note,
}  # fmt: skip
"""The same for those that end a paragraph or a quotation, and go on within a list."""


@cache
def parser() -> MarkdownIt:
    """The parser of whole documents. It keeps carriage returns and NULs: they must be seen where they hide."""
    made = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
    made.disable(["normalize", "text_join"])
    _ask_by_first_mark(made)
    made.core.ruler.at("inline", _parse_words)
    made.block.ruler.at("paragraph", _paragraph)
    made.inline.ruler.at("backticks", _backtick_with_place)
    return made


def _ask_by_first_mark(made: MarkdownIt) -> None:
    """Lets a line be tried by those rules alone that its first mark calls for: most lines have no mark at all."""
    rules = made.block.ruler
    rules.disable(["fence", "blockquote", "hr", "list", "html_block", "heading"])
    rules.at("table", _table, {"alt": ["paragraph", "reference"]})
    ends = ["paragraph", "reference", "blockquote"]
    rules.before("reference", "ends_anything", _by_mark(_ENDS_ANYTHING), {"alt": [*ends, "list"]})
    rules.before("reference", "ends_any_but_lists", _by_mark(_ENDS_ANY_BUT_LISTS), {"alt": ends})
    rules.at("lheading", _underlined)


def _by_mark(rules: Mapping[str, RuleFuncBlockType]) -> RuleFuncBlockType:
    def rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        called_for = rules.get(_mark(state, start))
        return called_for is not None and called_for(state, start, end, silent)

    return rule


def _mark(state: StateBlock, line: int) -> str:
    """The first character of a line that is no blank; empty at the end of the text."""
    at = state.bMarks[line] + state.tShift[line]
    return state.src[at : at + 1]


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The rule for tables, where the line below may be the one between a header and its rows."""
    return _mark(state, start + 1) in ("|", "-", ":") and table(state, start, end, silent)


def _paragraph(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The rule for paragraphs, each as one inline token: up to a blank line or what begins another block."""
    end = state.lineMax
    ends = state.md.block.ruler.getRules("paragraph")
    around, state.parentType = state.parentType, "paragraph"
    line = start + 1
    while line < end and not state.isEmpty(line):
        # Deeply indented, or taken on from a quotation's line: it belongs to the paragraph, whatever it looks like.
        goes_on = state.sCount[line] - state.blkIndent > 3 or state.sCount[line] < 0
        if not goes_on and any(rule(state, line, end, True) for rule in ends):
            break
        line += 1
    content = mdTrim(state.getLines(start, line, state.blkIndent, False))
    is_code = _is_meant_as_code(state, start, content)
    token = state.push("code_block", "code", 0) if is_code else state.push("inline", "", 0)
    token.content = "\n".join(map(str.strip, content.split("\n"))) if is_code else content
    token.map = [start, line]
    state.parentType, state.line = around, line
    return True


def _is_meant_as_code(state: StateBlock, start: int, content: str) -> bool:
    """Whether lines below an item are commands that are indented as code is, though not by enough for that list."""
    if state.blkIndent == 0 or state.sCount[start] < _CODE_INDENT or state.sCount[start] <= state.blkIndent:
        return False
    below_words = bool(state.tokens) and state.tokens[-1].type != "list_item_open"
    lines = content.split("\n") if below_words else []
    return bool(lines) and all(is_inline_command(each, False) and not _PROSE.search(each) for each in lines)


def _underlined(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The rule for underlined headings, where a line follows at all."""
    return start + 1 < end and not state.isEmpty(start + 1) and lheading(state, start, end, silent)


@cache
def _parser_without_links() -> MarkdownIt:
    made = MarkdownIt("commonmark").enable(["strikethrough"]).disable(["link", "image"])
    made.inline.ruler.at("backticks", _backtick_with_place)
    return made


def simple(inline: Token) -> tuple[str, str] | None:
    """The part in bold that a text begins with, and the rest, which has no marks; None for any other text."""
    found: tuple[str, str] | None = inline.meta.get("simple")
    return found


def _parse_words(state: StateCore) -> None:
    """Gives children to each inline token that is not simple; the others say so."""
    for token in state.tokens:
        if token.type == "inline":
            _parse_inline(state, token)
        elif token.type == TABLE:
            for row in token.children or ():
                for cell in row.children or ():
                    _parse_inline(state, cell)


def _parse_inline(state: StateCore, token: Token) -> None:
    if found := _SIMPLE.fullmatch(token.content):
        token.meta["simple"] = ("", token.content) if found["lead"] is None else (found["lead"], found["rest"])
    else:
        able = state.md if token.content.count("[") <= _MOST_BRACKETS else _parser_without_links()
        token.children = able.inline.parse(token.content, able, state.env, [])


def _backtick_with_place(state: StateInline, silent: bool) -> bool:
    """The rule for code spans, which also keeps where in the source the span stands."""
    start, before = state.pos, len(state.tokens)
    found = backtick(state, silent)
    if not silent and len(state.tokens) > before and state.tokens[-1].type == "code_inline":
        state.tokens[-1].meta.update(start=start, end=state.pos)
    return found
