"""The words in which Block Kit's tables are written: what one member of a JSON object may hold."""

from collections.abc import Callable, Mapping

from msgspec import Struct, field

from sandbox.wire import Json

PLAIN = ("plain_text",)
EITHER = ("plain_text", "mrkdwn")


class Text(Struct, frozen=True):
    """A string, by length in characters or from a list of choices."""

    most: int | None = None
    least: int = 0
    choices: tuple[str, ...] = ()


class Number(Struct, frozen=True):
    """An integer (or with `decimal` any number) within bounds."""

    least: float | None = None
    most: float | None = None
    decimal: bool = False


class Flag(Struct, frozen=True):
    """True or false."""


class Free(Struct, frozen=True):
    """Anything: Slack checks it elsewhere, or nobody does."""


class Words(Struct, frozen=True):
    """A text object, plain or mrkdwn, by the length of its text."""

    most: int
    kinds: tuple[str, ...] = PLAIN
    least: int = 1


class Part(Struct, frozen=True):
    """A nested object: one without a type (`shape`), or one of several that its `type` tells apart."""

    shape: str = ""
    types: tuple[str, ...] = ()


class Listing(Struct, frozen=True):
    """An array: how many items, and what each may be."""

    of: "Rule"
    most: int | None = None
    least: int = 0


Rule = Text | Number | Flag | Free | Words | Part | Listing

Condition = Callable[[Json], str | None]
"""What a table of members cannot say: returns a sentence when the object as a whole is wrong."""


class Shape(Struct, frozen=True):
    """One kind of object: its members, which of them it must have, and conditions on the whole."""

    members: Mapping[str, Rule]
    required: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = field(default=())


def one_of(*members: str) -> Condition:
    """At least one of these members must be there."""
    named = " or ".join(f"`{member}`" for member in members)
    return lambda value: None if any(value.get(member) for member in members) else f"must define either {named}"


def only_one_of(*members: str) -> Condition:
    """Exactly one of these members must be there."""
    named = " or ".join(f"`{member}`" for member in members)

    def condition(value: Json) -> str | None:
        given = sum(value.get(member) is not None for member in members)
        return None if given == 1 else f"must define exactly one of {named}"

    return condition
