"""Who is in it: the people of an incident, the parts they play, and how a timeline names whoever acted."""

from enum import StrEnum
from typing import Final, NewType

UserId = NewType("UserId", str)
"""A person as the chat knows them, e.g. ``U02ABC``."""

Actor = NewType("Actor", str)
"""Whoever did something: ``user:U02ABC``, ``monitor:alertmanager``, ``muster`` or ``terminal``."""

MUSTER: Final = Actor("muster")
TERMINAL: Final = Actor("terminal")
"""Whoever may write to Muster's data directory, at the command line of its machine."""


class Role(StrEnum):
    """The parts that somebody must play in a serious incident; each is held by one person at a time."""

    COMMANDER = "commander"
    SCRIBE = "scribe"
    COMMS = "comms"


ROLE_WORDS: Final = {
    "commander": Role.COMMANDER,
    "lead": Role.COMMANDER,
    "ic": Role.COMMANDER,
    "scribe": Role.SCRIBE,
    "notes": Role.SCRIBE,
    "comms": Role.COMMS,
    "communications": Role.COMMS,
    "liaison": Role.COMMS,
}
"""The words that people try for a role."""


def person(user: UserId) -> Actor:
    """The actor that a person is."""
    return Actor(f"user:{user}")


def monitor(source: str) -> Actor:
    """The actor that a monitoring source is."""
    return Actor(f"monitor:{source}")


def user_of(actor: Actor) -> UserId | None:
    """The person behind an actor, or None when it was a monitor or Muster itself."""
    return UserId(actor.removeprefix("user:")) if actor.startswith("user:") else None
