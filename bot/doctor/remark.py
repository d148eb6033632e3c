"""What the doctor says of one thing: how it stands, in one sentence, and how to mend it."""

import json
from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import asdict


class Grade(StrEnum):
    """How a thing stands."""

    OK = "ok"
    WARN = "warn"
    """Muster works, but something will be missed."""
    FAIL = "fail"
    """Something that Muster needs does not work."""


class Remark(Struct, frozen=True, kw_only=True):
    """One thing. ``mend`` is empty when there is nothing to mend."""

    about: str
    grade: Grade
    sentence: str
    mend: str = ""


def ok(about: str, sentence: str) -> Remark:
    """It is as it should be."""
    return Remark(about=about, grade=Grade.OK, sentence=sentence)


def warn(about: str, sentence: str, mend: str) -> Remark:
    """Something will be missed."""
    return Remark(about=about, grade=Grade.WARN, sentence=sentence, mend=mend)


def fail(about: str, sentence: str, mend: str) -> Remark:
    """Something does not work."""
    return Remark(about=about, grade=Grade.FAIL, sentence=sentence, mend=mend)


def healthy(remarks: Iterable[Remark]) -> bool:
    """Whether nothing failed."""
    return all(each.grade is not Grade.FAIL for each in remarks)


def as_text(remarks: Sequence[Remark]) -> str:
    """One line for each, how to mend it under it."""
    width = max((len(each.about) for each in remarks), default=0)
    lines = []
    for each in remarks:
        lines.append(f"{each.grade:4}  {each.about:{width}}  {each.sentence}")
        if each.mend:
            lines.append(f"{'':{width + 6}}  → {each.mend}")
    return "\n".join(lines)


def as_json(remarks: Sequence[Remark]) -> str:
    """The same as one JSON object: ``healthy``, and ``remarks`` with ``about``, ``grade``, ``sentence``, ``mend``."""
    found = {"healthy": healthy(remarks), "remarks": [asdict(each) for each in remarks]}
    return json.dumps(found, indent=2, ensure_ascii=False)
