"""The shape of what `$(date …)` prints, so that a step can take a moment as a parameter."""

import re
from datetime import UTC, datetime
from typing import Final

from compiler.proof.word_list import word_list

_DATE_FORMAT: Final = re.compile(r"\+[%A-Za-z0-9:_./ -]+")
_DATE_ZONE: Final = word_list("-u --utc --universal")
_SAMPLE_DAY: Final = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)


def shape_of(words: list[str]) -> str | None:
    """The format of a `date` command that only prints: `+%Y%m%d`; None when it is another one."""
    shape, waiting = "+%Y-%m-%d", list(words)
    while waiting:
        word = waiting.pop(0)
        if _DATE_FORMAT.fullmatch(word):
            shape = word
        elif word in ("-d", "--date", "-r", "-v") and waiting:
            waiting.pop(0)
        elif re.match(r"-I[a-z]*$|--iso-8601(?:=[a-z]+)?$|--rfc-3339=[a-z]+$", word):
            shape = "+%Y-%m-%d" if word in ("-I", "-Idate", "--iso-8601", "--iso-8601=date") else "+%Y-%m-%dT%H:%M:%SZ"
        elif word not in _DATE_ZONE and not re.match(r"--date=|-v[+-]", word):
            return None
    return shape[1:]


def printed(shape: str, number: int) -> str:
    """A sample of that shape; another `number` is another moment."""
    text = shape.replace("%s", str(1_600_000_000 + number)).replace("%3N", "000").replace("%N", "000000000")
    return _SAMPLE_DAY.replace(second=number % 60).strftime(text)
