"""The rule for code as wikis write it, `{code:bash}` … `{code}` and `{noformat}`: pages are pasted as they were."""

import re
from typing import Final

from markdown_it.rules_block import StateBlock

MACRO: Final = "code_macro"
_OPENING: Final = re.compile(r"\{(?P<name>code|noformat)(?::(?P<told>[^{}\n]*))?\}[ \t]*")
_LANGUAGE: Final = re.compile(r"(?:(?:language|lang)=)?(?P<language>[\w+#-]+)")


def code_macro(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Takes the lines up to the closing mark as one token, whose ``info`` is the language; without one, none of them.

    The token's ``meta`` has the first line of its content, counted from the line of the opening mark.
    """
    begin = state.bMarks[start] + state.tShift[start]
    opening = _OPENING.match(state.src, begin, state.eMarks[start])
    if opening is None or state.is_code_block(start):
        return False
    closing = f"{{{opening['name']}}}"
    last = _closing_line(state, start, end, closing, opening.end())
    if last is None:
        return False
    if silent:
        return True
    first = start if opening.end() < state.eMarks[start] else start + 1
    token = state.push(MACRO, "code", 0)
    token.content = _content(state, start, first, last, opening.end(), closing)
    token.info, token.map, token.meta = _language(opening["told"] or ""), [start, last + 1], {"first": first - start}
    state.line = last + 1
    return True


def _closing_line(state: StateBlock, start: int, end: int, closing: str, after: int) -> int | None:
    """The first line that ends with the closing mark, up to where the list or quotation ends.

    Lines that an earlier mark was looked for in vain are not read again: each of many marks may be one that none ends.
    """
    without: dict[tuple[str, int], int] = state.env.setdefault(MACRO, {})
    indent = min(state.blkIndent, state.sCount[start])
    line = max(start, without.get((closing, indent), 0))
    while line < end and (state.isEmpty(line) or state.sCount[line] >= indent):
        if state.src[max(state.bMarks[line], after) : state.eMarks[line]].rstrip().endswith(closing):
            return line
        line += 1
    without[closing, indent] = line
    return None


def _content(state: StateBlock, start: int, first: int, last: int, after: int, closing: str) -> str:
    """What stands between the marks, without the indentation of the list that they stand in."""
    lines = [state.getLines(line, line + 1, state.sCount[start], False) for line in range(first, last + 1)]
    if first == start:
        lines[0] = state.src[after : state.eMarks[start]]
    lines[-1] = lines[-1].rstrip().removesuffix(closing)
    return "\n".join(lines[:-1] if len(lines) > 1 and not lines[-1].strip() else lines)


def _language(told: str) -> str:
    """The language of `bash`, `language=bash` or `title=Look|bash`."""
    found = (_LANGUAGE.fullmatch(part.strip()) for part in told.split("|"))
    return next((match["language"] for match in found if match is not None), "")
