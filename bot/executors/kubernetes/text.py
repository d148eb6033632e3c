"""What a cluster answers, as people read it: tables, whole objects without values of their environment, and ages."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import yaml

from bot.executors.table import Row, drawn
from bot.executors.tool.answer import MOST_BYTES
from compiler.proof.kubernetes import paths as kubernetes_paths
from incident.digest import Facts, Json

_NOISE: Final = frozenset({"managedFields", "kubectl.kubernetes.io/last-applied-configuration"})
_VALUES: Final = frozenset({"value", "valueFrom"})
_UNITS: Final = {
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "Ki": 1024.0,
    "Mi": 1024.0**2,
    "Gi": 1024.0**3,
}


def table(answer: Facts, *, wide: bool, labels: bool, header: bool) -> tuple[str, int, bool]:
    """The server's own table: its text, the number of its rows, and whether it was cut."""
    columns = [
        (place, str(column.get("name")).upper())
        for place, column in enumerate(listed(answer, "columnDefinitions"))
        if wide or not column.get("priority")
    ]
    rows: list[Row] = []
    for each in listed(answer, "rows"):
        cells = each.get("cells")
        known = cells if isinstance(cells, list) else []
        row = [_cell(known[place]) if place < len(known) else "" for place, _ in columns]
        rows.append([*row, _labels(part(each, "object"))] if labels else row)
    names = [name for _, name in columns] + (["LABELS"] if labels else [])
    text, cut = plain_table(names, rows, header=header)
    return text, len(rows), cut


def plain_table(names: Sequence[str], rows: Sequence[Row], *, header: bool = True) -> tuple[str, bool]:
    """Aligned columns under their names, as kubectl has them: no rule beneath the names, so that filters fit."""
    if not rows:
        return "No resources found." if header else "", False
    text, cut = drawn(names, rows, characters=MOST_BYTES)
    lines = text.split("\n")
    return "\n".join([*(lines[:1] if header else []), *lines[2:]]), cut


def dumped(value: Json, form: str) -> str:
    """One object or several as JSON or YAML."""
    if form == "json":
        return json.dumps(value, indent=4, ensure_ascii=False)
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=1000)


def cleaned(value: Json) -> Json:
    """The object without the values of its environment, and without what no reader looks for."""
    if isinstance(value, Mapping):
        return {
            key: _environment(each) if key == "env" else cleaned(each)
            for key, each in value.items()
            if key not in _NOISE
        }
    return [cleaned(each) for each in value] if isinstance(value, list) else value


def picked(answer: Json, output: str, *, header: bool) -> tuple[str, int]:
    """What ``jsonpath=…`` or ``custom-columns=…`` picks, and how many things or lines that is."""
    form, _, expression = output.partition("=")
    if form == "jsonpath":
        parts = kubernetes_paths.template(expression) or ()
        found = [[part] if isinstance(part, str) else list(kubernetes_paths.find(answer, part)) for part in parts]
        text = "".join(" ".join(map(_told, each)) for each in found)
        return text, max((len(each) for each in found), default=0)
    chosen = kubernetes_paths.columns(expression) or ()
    items = list(kubernetes_paths.find(answer, ("items", "*"))) or [answer]
    rows: list[Row] = [
        [",".join(map(_told, kubernetes_paths.find(each, steps))) or "<none>" for _, steps in chosen] for each in items
    ]
    return plain_table([head for head, _ in chosen], rows, header=header)[0], len(rows)


def ordered(answer: Facts, by: str | None) -> Facts:
    """A list or table with its objects in the order of the field at a path: numbers by size, texts as they are."""
    steps = kubernetes_paths.path(by) if by is not None else None
    key = "rows" if "rows" in answer else "items"
    if steps is None or key not in answer:
        return answer

    def place(each: Facts) -> tuple[bool, float, str]:
        value = next(kubernetes_paths.find(part(each, "object") or each, steps), None)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return not number, float(value) if isinstance(value, int | float) else 0.0, "" if number else str(value or "")

    found: list[Facts] = sorted(listed(answer, key), key=place)
    return {**answer, key: found}


def _told(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def names_of(answer: Facts, plural: str) -> list[str]:
    """``pods/web-1`` for each object of a table or a list."""
    found = [part(each, "object") for each in listed(answer, "rows")] or listed(answer, "items") or [answer]
    return [f"{plural}/{part(each, 'metadata').get('name')}" for each in found]


def events_table(events: Sequence[Facts], now: datetime, *, header: bool = True) -> tuple[str, bool]:
    """Events, the newest last."""
    newest_last = sorted(events, key=_last_seen)
    rows: list[Row] = [
        [
            age(_last_seen(each), now),
            str(each.get("type", "")),
            str(each.get("reason", "")),
            _about(part(each, "involvedObject")),
            str(each.get("message", "")).strip(),
        ]
        for each in newest_last
    ]
    return plain_table(["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"], rows, header=header)


def age(written: str, now: datetime) -> str:
    """``5m`` since a time that the cluster wrote."""
    try:
        seconds = int((now - datetime.fromisoformat(written)).total_seconds())
    except (ValueError, TypeError):
        return "?"
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size}{unit}"
    return f"{max(seconds, 0)}s"


def quantity(written: Json) -> float:
    """``250m`` → 0.25, ``64Mi`` → 67108864."""
    text = str(written or "0")
    for unit in sorted(_UNITS, key=len, reverse=True):
        if text.endswith(unit):
            return float(text.removesuffix(unit) or 0) * _UNITS[unit]
    return float(text)


def part(facts: Facts, key: str) -> Facts:
    """An object within an object; empty when it is none."""
    found = facts.get(key)
    return found if isinstance(found, Mapping) else {}


def listed(facts: Facts, key: str) -> list[Facts]:
    """The objects in a list within an object."""
    found = facts.get(key)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def selector(facts: Facts) -> str:
    """An object's ``matchLabels`` as a query takes them."""
    labels = part(part(part(facts, "spec"), "selector"), "matchLabels")
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def _environment(listed_: Json) -> Json:
    """Names without values."""
    if not isinstance(listed_, list):
        return []
    known = (each for each in listed_ if isinstance(each, Mapping))
    return [{key: value for key, value in each.items() if key not in _VALUES} for each in known]


def _about(found: Facts) -> str:
    return f"{str(found.get('kind', '')).lower()}/{found.get('name', '')}"


def _last_seen(event: Facts) -> str:
    return str(event.get("lastTimestamp") or event.get("eventTime") or event.get("firstTimestamp") or "")


def _labels(facts: Facts) -> str:
    labels = part(part(facts, "metadata"), "labels")
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items())) or "<none>"


def _cell(value: Json) -> str:
    return "" if value is None else str(value)
