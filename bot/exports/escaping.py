"""Data never becomes markup: whatever an alert, a person or a target said reads in Markdown exactly as it was said."""

import re
from typing import Final
from urllib.parse import quote as percent_encoded


class Markdown(str):
    """Text that is Markdown already. Everything else is escaped when the template puts it into the document."""

    __slots__ = ()

    def __html__(self) -> "Markdown":
        """The protocol by which a template asks whether text is safe as it stands."""
        return self


_UNSEEN: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""Control characters, what turns the direction of text, what has no width, and halves of characters."""
_MARKUP: Final = re.compile(r"[\\`*\[\]<|~$]|(?<![^\W_])_|_(?![^\W_])|&(?=[#\w])|(?<=\w):(?=//)|(?<=www)\.")
_AT_LINE_START: Final = re.compile(r"^( ?)(?:(\d{1,9})(?=[.)](?:\s|$))|(?=[#+=>-]|:-))(.)")


def inline(value: object) -> Markdown:
    """One line of text that no renderer takes for markup. Line breaks become spaces, invisible characters ``�``."""
    words = re.sub(r"\s+", " ", _visible(str(value)))
    escaped = _MARKUP.sub(r"\\\g<0>", words)
    return Markdown(_AT_LINE_START.sub(r"\1\2\\\3", escaped))


def quotation(value: object) -> Markdown:
    """Somebody's words as a block quote, their line breaks kept."""
    lines = [inline(line.strip()) for line in _visible(str(value)).strip().splitlines()]
    breaks = ["\\" if line and following else "" for line, following in zip(lines, [*lines[1:], ""], strict=False)]
    return Markdown("\n".join(f"> {line}{end}".rstrip() for line, end in zip(lines, breaks, strict=True)))


def code(value: object) -> Markdown:
    """A few characters verbatim, on one line. Not for table cells, where a pipe inside would need an escape."""
    words = " ".join(_visible(str(value)).split()) or " "
    ticks = "`" * (_longest_run(words) + 1)
    pad = " " if words.startswith("`") or words.endswith("`") else ""
    return Markdown(f"{ticks}{pad}{words}{pad}{ticks}")


def fence(value: object, *, most_lines: int = 40, most: int = 4000) -> Markdown:
    """A command or an output verbatim, behind a fence longer than any inside; cut with a line that says so."""
    lines = _visible(str(value)).strip("\n").splitlines()
    kept = "\n".join(lines[:most_lines])[:most]
    cut = len(lines) > most_lines or len("\n".join(lines[:most_lines])) > most
    note = "\n\n_Shortened here; the whole of it is in the JSON export._" if cut else ""
    ticks = "`" * max(3, _longest_run(kept) + 1)
    return Markdown(f"{ticks}text\n{kept}\n{ticks}{note}")


def link(words: str, address: str) -> Markdown:
    """A link to a web address or to a heading of this document; only its words for any other address."""
    if not address.lower().startswith(("http://", "https://", "#")):
        return inline(words)
    return Markdown(f"[{inline(words)}]({percent_encoded(address, safe=':/?#@!$&*+,;=%~', errors='replace')})")


def _visible(words: str) -> str:
    return _UNSEEN.sub("�", words.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    "))


def _longest_run(words: str) -> int:
    return max((len(run) for run in re.findall("`+", words)), default=0)
