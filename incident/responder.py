"""Who is in it: the people of an incident, the parts they play, and how a timeline names whoever acted."""

from enum import StrEnum
from typing import Final, NewType

UserId = NewType("UserId", str)
"""A person as the chat knows them, e.g. ``U02ABC``."""

Actor = NewType("Actor", str)
"""Whoever did something: ``user:U02ABC``, ``monitor:alertmanager``, ``muster``; ``pager:Jo Fell`` where only the pager
knows them; ``terminal``, behind which may stand who they say they are (``terminal:user:U02ABC``, ``terminal:ana``)."""

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


def at_terminal(name: str) -> Actor:
    """Somebody at the terminal, by what they say or their account says: a person of the chat as ``user:U02ABC``."""
    return Actor(f"{TERMINAL}:{name}")


def known_to_pager(name: str) -> Actor:
    """The actor that a person is whom only the pager knows, and whom the chat cannot name."""
    return Actor(f"pager:{name}")


def user_of(actor: Actor) -> UserId | None:
    """The person of the chat behind an actor; None for a monitor, Muster itself, or whom the chat does not know."""
    named = actor.removeprefix(f"{TERMINAL}:")
    return UserId(named.removeprefix("user:")) if named.startswith("user:") else None


def is_human(actor: Actor) -> bool:
    """Whether somebody did it, in the chat, at the terminal or in the pager, and no monitor, nor Muster by itself."""
    return user_of(actor) is not None or terminal_name(actor) is not None or pager_name(actor) is not None


def pager_name(actor: Actor) -> str | None:
    """What somebody is called whom only the pager knows; None for anybody else."""
    return actor.removeprefix("pager:") if actor.startswith("pager:") else None


def terminal_name(actor: Actor) -> str | None:
    """What somebody at the terminal is called there, empty when nothing is known; None for anybody elsewhere."""
    kind, _, name = actor.partition(":")
    return name if kind == TERMINAL else None
