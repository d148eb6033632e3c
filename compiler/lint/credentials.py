"""What lint says about secrets that are written out, in a command or anywhere else."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from compiler.lint.remark import Remark, Weight

_PLACE: Final = (
    r"(?:<[^<>\n]*>|\$?\{\{[^{}\n]*\}\}|\[[^\[\]\n]*\]|\$\{[^{}\n]*\}|\$\w+|%\w+%|\$\([^()\n]*\)|\byour[-_ ]?[\w-]*"
    r"|[\w-]*(?:x{3,}|\*{3,}|\.{3}|…)[\w-]*|\b(?:pass(?:word)?|pwd|secret|token|redacted|changed?[-_]?me|include|omit|same-origin)\b(?![\w-])"
    r"|\b(?:process\.env|import\.meta\.env|os\.(?:environ|getenv)|secrets|vars|env|config|settings)\b[\[(.][\w.\[\]\"'()-]*)"
)
"""What stands where a secret will: a blank, a variable, a name in a program."""
_FILLED_LATER: Final = re.compile(
    rf"(?<=[:=\s\"'@/])(?:(?:bearer|basic|token|apikey)\s+)?{_PLACE}(?=[\s\"',;@)}}\]|`&]|$)", re.IGNORECASE
)
_IN_ADDRESS: Final = re.compile(rf"(?<=://)[^\s:/@]*:{_PLACE}@", re.IGNORECASE)
_WORDS: Final = re.compile(
    r"(?<=:)[\s*_`]+(?!(?:bearer|basic|token|apikey)\b)(?:[A-Za-z][a-z’'-]*[\s,;.]+(?=[A-Za-z(]))+"
    r"|(?<=:)[\s*_]+(?:required|optional|expired?|rotated?|vault|none|missing|invalid|unknown|unset|see|stored|hidden"
    r"|yes|no)\b\.?",
    re.IGNORECASE,
)
"""What a sentence says of a secret: *Token: see the vault*."""
_BASICS: Final = re.compile(r"\b(?:basic|bearer)\s+[A-Za-z][a-z]+\b(?![\w=+/.-]*[0-9=])", re.IGNORECASE)
"""*Basic troubleshooting* is no credential."""
_LONGEST: Final = 10_000
"""Characters of a line that are looked at; no line that people read is longer."""
Hide = Callable[[str], str]
"""Gives a text back with every secret in it replaced."""


def holds_secret(line: str, hide: Hide) -> bool:
    """Whether ``hide`` would change the line by more than the place of a secret or words about one."""
    plain = line[:_LONGEST]
    if hide(plain) == plain:
        return False
    for pattern, left in ((_IN_ADDRESS, ""), (_BASICS, ""), (_FILLED_LATER, "null"), (_WORDS, " null ")):
        plain = pattern.sub(left, plain)
    return hide(plain) != plain


def of_credentials(text: str, hide: Hide) -> Iterator[Remark]:
    """Every line that a secret is written in."""
    for number, line in enumerate(text.split("\n"), 1):
        if holds_secret(line, hide):
            yield Remark(
                line=number, rule="inline-credential", weight=Weight.ERROR,
                text="A password, key or token seems to stand here: whoever reads the runbook has it, and every copy.",
                instead="its name, as in $API_TOKEN, and the value in the secret store",
            )  # fmt: skip
