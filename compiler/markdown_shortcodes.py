"""Shortcodes of site generators: a line that opens or closes a note is read as one, any other says nothing to a reader.

`{{< hint style="danger" >}}` … `{{< /hint >}}`, `{{% alert title="…" color="warning" %}}` … `{{% /alert %}}`.
"""

import re
from typing import Final

from compiler.markdown_notes import warning_in
from compiler.proof.word_list import word_list

_LINES: Final = re.compile(r"(?m)^[ \t]*(?:\{\{(?:<[^{}\n]*>|%[^{}\n]*%)\}\}[ \t]*)+$")
_ONE: Final = re.compile(
    r"(?P<indent>[ \t]*)\{\{[<%][ \t]*(?P<closes>/?)[ \t]*(?P<name>[\w-]+)(?P<told>[^{}]*)[>%]\}\}\s*"
)
_CLOSING: Final = re.compile(r"\{\{[<%][ \t]*/[ \t]*(?P<name>[\w-]+)[ \t]*[>%]\}\}")
_NOTES: Final = word_list(
    "hint alert callout admonition notice note tip info warning caution danger important attention error"
)


def without_shortcodes(text: str) -> str:
    """The text, line for line: notes stand between lines of colons, and what only lays out the page is gone."""
    if "{{<" not in text and "{{%" not in text:
        return text
    closed = {match["name"] for match in _CLOSING.finditer(text)} & _NOTES

    def read(line: re.Match[str]) -> str:
        one = _ONE.fullmatch(line[0])
        if one is None or one["name"] not in closed:
            return ""
        kind = warning_in(f"{one['name']} {one['told']}") or "note"
        return f"{one['indent']}:::{'' if one['closes'] else kind}"

    return _LINES.sub(read, text)
