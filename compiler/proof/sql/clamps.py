"""Functions that make much out of little, and when their arguments bound the result.

`generate_series(1, 1e12)` or `repeat('x', 1000000000)` read no table and can still take a server's memory or processor.
They are read-only when the text alone shows that at most MAX_ROWS rows or MAX_LENGTH characters come out.
"""

import math
import re
from datetime import UTC, datetime

from compiler.proof.sql.tree import Node

MAX_ROWS = 10_000
MAX_LENGTH = 1_000

_SECONDS = {
    "second": 1,
    "sec": 1,
    "minute": 60,
    "min": 60,
    "hour": 3600,
    "day": 86_400,
    "week": 604_800,
    "month": 2_592_000,
    "mon": 2_592_000,
    "quarter": 7_948_800,
    "year": 31_622_400,
}
_INTERVAL = re.compile(r"(?:\s*\d+(?:\.\d+)?\s*[a-z]+)+\s*")
_INTERVAL_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+?)s?\b")
_WIDE_FORMAT = re.compile(r"%(?:\d+\$)?-*(?:\*|\d{4})")
_CURRENT = frozenset({"now", "transaction_timestamp", "statement_timestamp", "clock_timestamp"})


def is_bounded(name: str, arguments: tuple[Node, ...]) -> bool:
    """Whether this call of a clamped function makes no more than a screen can use."""
    if name == "generate_series":
        return _is_short_series(arguments)
    if name == "format":
        template = constant_text(arguments[0]) if arguments else None
        return template is not None and not _WIDE_FORMAT.search(template)
    length = _number(arguments[1]) if len(arguments) > 1 else None
    if length is None or length > MAX_LENGTH:
        return False
    if name == "repeat":
        repeated = constant_text(arguments[0])
        return repeated is not None and len(repeated) * length <= MAX_LENGTH
    return True


def constant_text(node: Node) -> str | None:
    """The text of a string constant, also under a cast to text; None for anything else."""
    if node.kind == "TypeCast" and (inner := node.child("arg")):
        return constant_text(inner)
    value = node.child("sval") if node.kind == "A_Const" else None
    return value.text("sval") if value else None


def _number(node: Node) -> float | None:
    """The number that a constant, a negated constant or a cast constant holds; None for anything else."""
    if node.kind == "TypeCast" and (inner := node.child("arg")):
        return _number(inner)
    if node.kind == "A_Expr" and node.strings("name") == ("-",) and not node.child("lexpr"):
        negated = node.child("rexpr")
        positive = _number(negated) if negated else None
        return None if positive is None else -positive
    if node.kind != "A_Const":
        return None
    if integer := node.child("ival"):
        value = integer.fields.get("ival", 0)
        return float(value) if isinstance(value, int) else None
    if decimal := node.child("fval"):
        return _finite(decimal.text("fval"))
    return None


def _finite(digits: str) -> float | None:
    try:
        value = float(digits)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _is_short_series(arguments: tuple[Node, ...]) -> bool:
    if len(arguments) not in (2, 3):
        return False
    numbers = [_number(argument) for argument in arguments]
    if None not in numbers:
        start, stop, step = ([value for value in numbers if value is not None] + [1.0])[:3]
        return step != 0 and abs(stop - start) / abs(step) <= MAX_ROWS
    step_length = _interval(arguments[2], bare=True) if len(arguments) == 3 else None
    first, last = _moment(arguments[0]), _moment(arguments[1])
    if not step_length or first is None or last is None or first[0] != last[0]:
        return False
    return (last[1] - first[1] + first[2] + last[2]) / step_length <= MAX_ROWS


def _interval(node: Node, *, bare: bool = False) -> float | None:
    """The length in seconds of a written interval such as `interval '1 hour'`; None for anything else.

    `bare`: a text without a type is an interval too, as it is between moments.
    """
    if not (node.kind == "TypeCast" or bare) or not (text := constant_text(node)):
        return None
    lowered = text.lower()
    if not _INTERVAL.fullmatch(lowered):
        return None
    parts = [(float(count), _SECONDS.get(unit)) for count, unit in _INTERVAL_PART.findall(lowered)]
    return sum(count * unit for count, unit in parts if unit) if all(unit for _, unit in parts) else None


def _moment(node: Node) -> tuple[str, float, float] | None:
    """A point in time as (what it is counted from, seconds after it, seconds of doubt); None when the text hides it."""
    match node.kind:
        case "SQLValueFunction":
            return "now", 0.0, float(_SECONDS["day"])
        case "TypeCast":
            inner = node.child("arg")
            if inner is None or constant_text(node) is not None:
                return _written_moment(constant_text(node) or "")
            return _with_doubt(_moment(inner), _SECONDS["day"])
        case "FuncCall":
            return _called_moment(node)
        case "A_Expr":
            return _shifted_moment(node)
    return None


def _written_moment(text: str) -> tuple[str, float, float] | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return "epoch", moment.replace(tzinfo=moment.tzinfo or UTC).timestamp(), float(_SECONDS["day"])


def _called_moment(node: Node) -> tuple[str, float, float] | None:
    name, arguments = node.strings("funcname")[-1], node.children("args")
    if name in _CURRENT and not arguments:
        return "now", 0.0, 0.0
    if name == "date_trunc" and len(arguments) == 2:
        unit = _SECONDS.get((constant_text(arguments[0]) or "").lower())
        return _with_doubt(_moment(arguments[1]), unit) if unit else None
    return None


def _shifted_moment(node: Node) -> tuple[str, float, float] | None:
    base, shift, sign = node.child("lexpr"), node.child("rexpr"), node.strings("name")
    if sign not in (("+",), ("-",)) or base is None or shift is None:
        return None
    moment, seconds = _moment(base), _interval(shift)
    if moment is None or seconds is None:
        return None
    return moment[0], moment[1] + (seconds if sign == ("+",) else -seconds), moment[2]


def _with_doubt(moment: tuple[str, float, float] | None, seconds: float) -> tuple[str, float, float] | None:
    return moment and (moment[0], moment[1], moment[2] + seconds)
