"""What a diagnostic's value is when nothing is wrong: a bound that it keeps to, or a word that it is."""

from enum import StrEnum
from math import isnan

from msgspec import Struct

from incident.digest import Json


class Operator(StrEnum):
    """How a finding's value is compared with what is healthy."""

    AT_MOST = "at most"
    AT_LEAST = "at least"
    LESS_THAN = "less than"
    MORE_THAN = "more than"
    IS = "is"


class Expectation(Struct, frozen=True, kw_only=True):
    """What a diagnostic's value is when nothing is wrong. ``value`` is a number, or a text for *is*."""

    operator: Operator
    value: float | str

    def __str__(self) -> str:
        """For people: *at most 5*."""
        return (
            f"{self.operator.value} {self.value:g}"
            if isinstance(self.value, float)
            else f"{self.operator.value} {self.value}"
        )

    def holds(self, seen: Json) -> bool | None:
        """True when healthy, False when not, None when the value cannot be compared."""
        if self.operator is Operator.IS:
            return None if seen is None else str(seen) == str(self.value)
        number = _number(seen)
        bound = _number(self.value)
        if number is None or bound is None:
            return None
        if self.operator in (Operator.AT_MOST, Operator.AT_LEAST) and number == bound:
            return True
        upward = self.operator in (Operator.AT_LEAST, Operator.MORE_THAN)
        return number > bound if upward else number < bound


def _number(value: object) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(str(value))
    except ValueError:
        return None
    # A rate of nothing in nothing is no number: it is neither above a bound nor below it.
    return None if isnan(number) else number
