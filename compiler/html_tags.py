"""HTML inside Markdown: what a browser hides, what it shows, and what only looks like a tag, such as `<service>`."""

import html
import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from compiler.proof.word_list import word_list

_TAGS: Final = word_list(
    """
    a abbr b blockquote br center code dd del details div dl dt em figcaption figure font h1 h2 h3 h4 h5 h6 hr i img
    ins kbd li mark ol p picture pre s samp small span strike strong sub summary sup table tbody td tfoot th thead
    tr tt u ul
    """
)
_TAG: Final = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)(?:\s[^<>]*|/)?>")
_SUMMARY: Final = re.compile(r"(?<=</summary>)", re.IGNORECASE)
_CODE: Final = re.compile(r"<pre\b[^<>]*>", re.IGNORECASE)
_END_OF_CODE: Final = re.compile(r"</pre\b", re.IGNORECASE)
_LANGUAGE: Final = re.compile(r"\blang(?:uage)?[-=]\"?([\w+#.-]+)")
_SPAN: Final = re.compile(r"<(code|kbd|samp|tt)>([^<>`\n]+)</\1>", re.IGNORECASE)


class Shown(Struct, frozen=True):
    """A part of an HTML block that a browser shows: Markdown text or, where `language` is set, preformatted code.

    ``line`` counts from 0, the line that the HTML begins in.
    """

    text: str
    line: int
    language: str | None = None


def tag_name(text: str) -> str | None:
    """The element of a tag that browsers know, lower-case; None for `<pod-name>` and everything else."""
    found = _TAG.fullmatch(text)
    name = found[1].lower() if found else ""
    return name if name in _TAGS else None


def is_comment(text: str) -> bool:
    """Whether an inline piece of HTML is never shown: a comment, a declaration, a processing instruction."""
    return text.startswith(("<!", "<?"))


def without_comments(text: str) -> tuple[str, bool]:
    """The text with each comment blanked, line for line, and whether its last comment is still open at the end."""
    kept, at = [], 0
    while (start := text.find("<!--", at)) != -1:
        end = text.find("-->", start)
        kept += [text[at:start], "\n" * text.count("\n", start, end if end != -1 else len(text))]
        if end == -1:
            return "".join(kept), True
        at = end + 3
    return "".join([*kept, text[at:]]), False


def shown(text: str) -> tuple[Shown, ...]:
    """The parts of an HTML block without comments, in order; the lines of each stay where they were."""
    parts: list[Shown] = []
    at = line = 0
    for tag in _CODE.finditer(text):
        if tag.start() < at:
            continue
        parts += _words(text[at : tag.start()], line)
        line += text.count("\n", at, tag.end())
        end = _END_OF_CODE.search(text, tag.end())
        inner = text[tag.end() : end.start() if end else len(text)]
        parts.append(_preformatted(tag[0], inner, line))
        line += inner.count("\n")
        at = tag.end() + len(inner)
    return tuple(part for part in (*parts, *_words(text[at:], line)) if part.text.strip())


def _words(text: str, line: int) -> Iterator[Shown]:
    """What folds up under a summary is no more of its sentence."""
    for part in _SUMMARY.split(text):
        yield Shown(_markdown(part), line)
        line += part.count("\n")


def _preformatted(tag: str, inner: str, line: int) -> Shown:
    opened = _TAG.match(inner.lstrip())
    language = _LANGUAGE.search(tag + (opened[0] if opened else ""))
    code = html.unescape(_TAG.sub(lambda found: found[0] if tag_name(found[0]) is None else "", inner))
    while code.startswith("\n"):
        code, line = code[1:], line + 1
    return Shown(code, line, language[1].lower() if language else "")


def _markdown(text: str) -> str:
    """The same lines as Markdown: known tags become their marks or nothing, and the indentation of HTML goes."""
    spans = _SPAN.sub(lambda span: f"`{html.unescape(span[2])}`", text)
    return "\n".join(_TAG.sub(_mark, line).strip() for line in spans.split("\n"))


def _mark(found: re.Match[str]) -> str:
    name, closing = tag_name(found[0]), found[0].startswith("</")
    if name is None:
        return found[0]
    if name[0] == "h" and name[1:].isdigit():
        return "" if closing else "#" * int(name[1:]) + " "
    if name in ("td", "th"):
        return " | " if closing else ""
    if name in ("b", "strong"):
        return "**"
    return "- " if name == "li" and not closing else ""
