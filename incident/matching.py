"""Which alerts a rule means, written as in Alertmanager: ``team=data``, ``severity!=info``, ``alertname=~"Batch.*"``.

A name is a label of the alert, except for the four words that every monitor's alert has; ``labels.`` before a name
means the label in any case. A label that is not there is empty. A pattern must match the whole value.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from incident.alert import Alert
from incident.pattern import Pattern, Unreadable, matches, pattern

FIELDS: Final[Mapping[str, Callable[[Alert], str | None]]] = {
    "source": lambda alert: alert.source,
    "title": lambda alert: alert.title,
    "service": lambda alert: alert.service,
    "severity": lambda alert: alert.severity,
}
"""What every monitor's alert has, as ``muster alerts explain`` shows it."""

_LABEL: Final = "labels."
_WRITTEN: Final = re.compile(r"\s*(?P<name>[^\s=!~\"']+)\s*(?P<operator>=~|!~|!=|=)\s*(?P<value>.*?)\s*", re.DOTALL)
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_TWO: Final = re.compile(r",\s*[A-Za-z_][\w./-]*\s*(?:=~|!~|!=|=)")


class Operator(StrEnum):
    """How a value is compared."""

    IS = "="
    IS_NOT = "!="
    MATCHES = "=~"
    MATCHES_NOT = "!~"


class BadMatcher(ValueError):
    """A text that is no matcher; the message is one sentence on what to write."""


class Matcher(Struct, frozen=True, kw_only=True):
    """One condition on an alert. ``pattern`` is set where the operator asks for one."""

    name: str
    operator: Operator
    value: str
    pattern: Pattern | None = None

    def takes(self, alert: Alert) -> bool:
        """True when the alert meets it."""
        said = value_of(alert, self.name)
        met = said == self.value if self.pattern is None else matches(self.pattern, said)
        return met is (self.operator in (Operator.IS, Operator.MATCHES))

    def __str__(self) -> str:
        return f"{self.name}{self.operator.value}{self.value}"


def matcher(written: str) -> Matcher:
    """The condition that a text says. Raises BadMatcher."""
    parts = _WRITTEN.fullmatch(written)
    if parts is None:
        raise BadMatcher(f"“{written}” is no matcher: write a name, one of = != =~ !~, and a value, as in team=data")
    operator, value = Operator(parts["operator"]), _unquoted(parts["value"])
    read = None
    if operator in (Operator.MATCHES, Operator.MATCHES_NOT):
        try:
            read = pattern(value)
        except Unreadable as error:
            raise BadMatcher(f"“{value}” is no pattern that can be read: {error}") from None
    return Matcher(name=parts["name"], operator=operator, value=value, pattern=read)


def value_of(alert: Alert, name: str) -> str:
    """What an alert says under a name; empty when it says nothing."""
    read = FIELDS.get(name)
    if read is not None:
        return read(alert) or ""
    return alert.labels.get(name.removeprefix(_LABEL), "")


def takes(matchers: tuple[Matcher, ...], alert: Alert) -> bool:
    """True when the alert meets all of them."""
    return all(each.takes(alert) for each in matchers)


def _unquoted(value: str) -> str:
    quoted = _QUOTED.fullmatch(value)
    if quoted is None:
        if value.startswith('"') or value.endswith('"'):
            raise BadMatcher(f"“{value}” has a quotation mark on one side only")
        _check_meant(value)
        return value
    return quoted[1].replace('\\"', '"').replace("\\\\", "\\")


def _check_meant(value: str) -> None:
    """What is a slip as a rule would be a value that no alert ever has. Raises BadMatcher."""
    meant = "; if the value is really so, put it into double quotes"
    if value.startswith("="):
        raise BadMatcher(f"“=” means equal, and “{value}” has one too many{meant}")
    if len(value) > 1 and value[0] == value[-1] == "'":
        raise BadMatcher(f"write {value} without single quotes, or in double quotes")
    if _TWO.search(value):
        raise BadMatcher(f"“{value}” holds another matcher: write each by itself{meant}")
