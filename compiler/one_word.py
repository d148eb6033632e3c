"""One word between backticks: the name of a tool, a metric or a column as a rule, and a command where the words say so.

*Run `uptime` and `w`* names two commands; *the `uptime` column* none. Taken is only what the word by itself shows: a
bare `docker`, `psql` or `crontab` does nothing, or waits for a person.
"""

import re
from functools import lru_cache
from typing import Final

from compiler.proof.line import prove
from compiler.proof.word_list import word_list
from compiler.tool_names import HOST_TOOLS
from incident.verdict import Verdict

_SEVERAL: Final = r"(?:[\w-]+(?:\s*,\s*(?:and\s+|or\s+|then\s+)?|\s+(?:and|or|then)\s+))*$"
_RUN: Final = re.compile(
    rf"\b(?:run|rerun|execute|type|enter|issue|invoke)(?:\s+(?:the\s+)?commands?)?:?\s+{_SEVERAL}", re.IGNORECASE
)
_WITH: Final = re.compile(rf"\b(?:use|using|via|with)\s+{_SEVERAL}", re.IGNORECASE)
_ALSO_COLUMNS: Final = word_list("arp cal date free hostname id last mount route sync uptime users who")
"""What tables and dashboards call a value, too: *filter with `id`*."""
_NEAR: Final = 120
_WAS_RUN: Final = re.compile(
    r"\b(?:you(?:'ve| have)?|we(?:'ve| have)?|somebody|someone|users?|people)\b[^.:;]{0,40}\b"
    r"(?:ran|executed|issued|typed|deployed|installed|created|deleted)\b[^.:;]{0,30}$",
    re.IGNORECASE,
)
_IS_JUDGED: Final = re.compile(
    r"\s*(?:(?:is|was|are|were|would be|will be) (?:not|never|no longer)\b"
    r"|(?:isn|wasn|aren)['’]t\b"
    r"|(?:is|was|would be) (?:dangerous|deprecated|destructive|unsafe|wrong)\b)",
    re.IGNORECASE,
)


def is_told_to_run(word: str, before: str) -> bool:
    """Whether the text that stands before a tool's bare name says to run it, and running it only shows something."""
    if not _only_shows(word):
        return False
    near = before[-_NEAR:]
    return bool(_RUN.search(near) or (word not in _ALSO_COLUMNS and _WITH.search(near)))


def is_mentioned(before: str, after: str) -> bool:
    """Whether the text around a command tells of it, and not to run it: *you deployed via `x`*, *`x` is not useful*."""
    return _WAS_RUN.search(before[-_NEAR:]) is not None or _IS_JUDGED.match(after) is not None


def is_command_cell(word: str) -> bool:
    """Whether a cell in a column of commands that holds this word alone holds a command."""
    return _only_shows(word)


@lru_cache(maxsize=256)
def _only_shows(word: str) -> bool:
    return word in HOST_TOOLS and prove(word).judgement.verdict is Verdict.READ_ONLY
