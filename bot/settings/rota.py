"""``on_call`` and ``escalation`` of a system in ``muster.yaml``: people by name, and rotations among them."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final, Self, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from bot.settings.shapes import PERSON, ROTATION, SEVERAL, ClockTime, Section, SlackPerson, ZoneName
from incident.responder import UserId
from incident.rota import Override, Rotation

_LENGTH: Final = re.compile(r"([1-9][0-9]{0,2})\s*(h|d|w)", re.ASCII)
_UNITS: Final = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_DAY: Final = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT: Final = re.compile(rf"({_DAY.pattern})[T ]([0-9]{{2}}:[0-9]{{2}})", re.ASCII)


def _length(value: object) -> object:
    matched = _LENGTH.fullmatch(value.strip()) if isinstance(value, str) else None
    if matched is None:
        raise ValueError("write how long a turn is, such as 1w, 1d or 12h")
    return int(matched[1]) * _UNITS[matched[2]]


def _day(value: object) -> object:
    words = "write a day such as 2026-01-05"
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError(words)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"there is no such day: {words}") from None


def _moment(value: object) -> object:
    words = "write a day and a time such as 2026-12-24 09:00"
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError(words)
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"there is no such moment: {words}") from None


_Length = Annotated[
    timedelta, BeforeValidator(_length), WithJsonSchema({"type": "string", "pattern": rf"^\s*{_LENGTH.pattern}\s*$"})
]
_Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "pattern": f"^{_DAY.pattern}$"})]
Moment = Annotated[
    datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "pattern": f"^{_MOMENT.pattern}$"})
]


class OverrideSection(Section):
    """Somebody stands in, whoever's turn it is. Times are those of the rotation's time zone."""

    person: SlackPerson
    from_: Moment = Field(alias="from")
    to: Moment

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.to <= self.from_:
            raise ValueError("“to” must be later than “from”")
        return self


class RotationSection(Section):
    """People who take turns in being on call."""

    rotation: Annotated[tuple[SlackPerson, ...], Field(min_length=1)]
    """Who, in order."""
    starts: _Day
    """The day on which the first one takes over."""
    every: _Length
    """How long a turn is: 1w, 1d, 12h."""
    at: ClockTime
    """When they hand over, by the clocks of the time zone."""
    timezone: ZoneName
    overrides: tuple[OverrideSection, ...] = ()
    """Who stands in and when; of several at once the first one."""


def _rotation_or(other: str) -> Callable[[object], str]:
    return lambda value: ROTATION if isinstance(value, dict | RotationSection) else other


_Rotation = Annotated[RotationSection, Tag(ROTATION)]
_Layer = Annotated[Annotated[SlackPerson, Tag(PERSON)] | _Rotation, Discriminator(_rotation_or(PERSON))]
Called: TypeAlias = Annotated[
    _Rotation | Annotated[tuple[_Layer, ...], Tag(SEVERAL)], Discriminator(_rotation_or(SEVERAL))
]
"""Who is called, first one first: people and rotations, or one rotation. Of each rotation it is one person."""
Somebody: TypeAlias = Annotated[
    _Rotation | Annotated[tuple[_Layer, ...], Field(min_length=1), Tag(SEVERAL)], Discriminator(_rotation_or(SEVERAL))
]
"""The same, and never nobody."""


def layers_of(called: Called) -> tuple[UserId | Rotation, ...]:
    """Who is called, as ``incident/rota.py`` knows them."""
    several = (called,) if isinstance(called, RotationSection) else called
    return tuple(_rotation(each) if isinstance(each, RotationSection) else UserId(each) for each in several)


def people_of(called: Called) -> tuple[str, ...]:
    """Everybody who may ever be called by it."""
    return tuple(dict.fromkeys(each for layer in layers_of(called) for each in _everybody(layer)))


def _everybody(layer: UserId | Rotation) -> Iterator[UserId]:
    if isinstance(layer, Rotation):
        yield from layer.people
        yield from (each.person for each in layer.overrides)
    else:
        yield layer


def _rotation(section: RotationSection) -> Rotation:
    zone = ZoneInfo(section.timezone)
    overrides = (
        Override(
            person=UserId(each.person),
            start=each.from_.replace(tzinfo=zone).astimezone(UTC),
            end=each.to.replace(tzinfo=zone).astimezone(UTC),
        )
        for each in section.overrides
    )
    return Rotation(
        people=tuple(UserId(each) for each in section.rotation),
        starts=section.starts,
        every=section.every,
        at=section.at,
        timezone=section.timezone,
        overrides=tuple(overrides),
    )
