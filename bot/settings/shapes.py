"""How single settings are written: times, and names that must look like what they name.

Each says in people's words what to write instead, and gives an editor the pattern (``bot/settings/schema.py``).
"""

import re
from datetime import time, timedelta
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Strict,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_after_validator_function

_SPAN: Final = re.compile(r"([0-9]{1,6})\s*(s|min|m|h|d)", re.ASCII)
_UNITS: Final = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
_CLOCK: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", re.ASCII)

PERSON, ROTATION, SEVERAL = "[person]", "[rotation]", "[several]"
"""What the checker adds to the keys that lead to a person or a rotation where either may stand."""


def _span(value: object) -> object:
    """``15m``, ``90 s``, ``1h``, ``2d`` → seconds, for pydantic's timedelta."""
    matched = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if matched is None:
        raise ValueError("write a time such as 90s, 15m, 4h or 2d")
    return timedelta(seconds=int(matched[1]) * _UNITS[matched[2]])


def _clock_time(value: object) -> object:
    matched = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if matched is None:
        raise ValueError("write a time of day such as 22:00")
    return time(int(matched[1]), int(matched[2]))


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("write a time zone that this machine knows, such as Europe/Berlin or UTC") from None
    return value


def _no_truth(value: object) -> object:
    # For the checker true is a 1.
    if isinstance(value, bool):
        raise ValueError("write a whole number")
    return value


def written(span: timedelta) -> str:
    """A time as people write it, in the largest unit that needs no fraction."""
    seconds = int(span.total_seconds())
    unit = next(unit for unit in ("d", "h", "m", "s") if seconds % _UNITS[unit] == 0)
    return f"{seconds // _UNITS[unit]}{unit}"


def between(least: timedelta = timedelta(0), most: timedelta = timedelta.max) -> AfterValidator:
    """Bounds of a time, which pydantic's own would tell as Python writes them."""

    def bounded(span: timedelta) -> timedelta:
        if not least <= span <= most:
            words = f"at least {written(least)}" if span < least else f"at most {written(most)}"
            raise ValueError(f"write {words}")
        return span

    return AfterValidator(bounded)


class Shape(Struct, frozen=True):
    """A text that matches ``pattern`` whole; whoever wrote another is told ``words``, not the pattern."""

    pattern: str
    words: str

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(self._shaped, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$"}

    def _shaped(self, value: str) -> str:
        if not re.fullmatch(self.pattern, value, re.ASCII):
            raise ValueError(self.words)
        return value


Span = Annotated[
    timedelta,
    BeforeValidator(_span),
    WithJsonSchema({"type": "string", "pattern": rf"^\s*{_SPAN.pattern}\s*$"}),
]
NO_TRUTH: Final = BeforeValidator(_no_truth)
"""Beside a whole number."""
Truth = Annotated[bool, Strict()]
"""Not 1, and not “yes”, which are a number and a word."""
ClockTime = Annotated[
    time, BeforeValidator(_clock_time), WithJsonSchema({"type": "string", "pattern": rf"^(?:{_CLOCK.pattern})$"})
]
ZoneName = Annotated[str, AfterValidator(_zone)]
EnvironmentName = Annotated[
    str, Shape(r"[A-Za-z_][A-Za-z0-9_]*", "write the name of an environment variable, not its value")
]
SlackPerson = Annotated[str, Shape(r"[UW][A-Z0-9]+", "write a person's id from Slack, such as U02ABC4DE")]
SlackApprover = Annotated[
    str, Shape(r"[UWS][A-Z0-9]+", "write the id of a person or a user group from Slack, such as U02ABC4DE or S05DBA")
]
SlackChannel = Annotated[str, Shape(r"[CG][A-Z0-9]+", "write a channel's id from Slack, such as C02ABC4DE")]
NamespaceName = Annotated[str, Shape(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", "write the name of a namespace")]


class Section(BaseModel):
    """What every section is: without keys that nobody knows, and not changed once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    @classmethod
    def unsaid(cls) -> Self:
        """The section as it is where nobody writes it. Unchecked: to check it, a checker of its own would be built."""
        return cls.model_construct()
