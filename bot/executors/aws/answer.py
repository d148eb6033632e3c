"""What AWS answered, as the command line tool would print it: JSON or text, with what holds secrets left out first."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from bot.executors.aws.partial import undone
from bot.executors.table import Row, drawn
from bot.executors.tool.answer import MOST_BYTES, Answer, EndedBadly, NotAllowed
from compiler.proof.aws.call import Call
from compiler.proof.secret_names import names_a_secret
from incident.digest import Facts, Json
from incident.finding import OutcomeState

_HIDDEN: Final = frozenset({"ResponseMetadata", "NextToken", "nextToken"})


def answer_of(call: Call, said: Mapping[str, Any], receipt: Facts) -> Answer:
    """The answer to a call that looks. ``value`` is what ``--query`` finds, else how many things there are."""
    whole = plain({key: value for key, value in said.items() if key not in _HIDDEN}, frozenset(call.operation.left_out))
    found = whole if call.query is None else _searched(call.query, whole)
    text = _text(found) if call.output == "text" else json.dumps(found, indent=4, ensure_ascii=False)
    return Answer(
        text=text,
        value=_value(found),
        rows=len(found) if isinstance(found, list) else None,
        cut=isinstance(said, Mapping) and bool(said.get("NextToken")),
        receipt=receipt,
        single=isinstance(found, str | int | float),
    )


def events_of(said: Mapping[str, Any], receipt: Facts) -> Answer:
    """Log events as lines: time, stream, message. ``value`` is their number."""
    events = plain(said.get("events", []), frozenset())
    lines = [_event(each) for each in events if isinstance(each, Mapping)] if isinstance(events, list) else []
    return Answer(text="\n".join(lines), value=len(lines), rows=len(lines), cut="nextToken" in said, receipt=receipt)


def insights_of(said: Mapping[str, Any], receipt: Facts, *, rows: int) -> Answer:
    """The rows of a Logs Insights query as a table. ``value`` is their number."""
    found = [{each.get("field", ""): each.get("value") for each in row} for row in said.get("results", [])]
    names = [name for name in dict.fromkeys(name for row in found for name in row) if name != "@ptr"]
    cells: list[Row] = [[row.get(name) for name in names] for row in found[:rows]]
    text, cut = drawn(names, cells, characters=MOST_BYTES) if names else ("", False)
    return Answer(text=text, value=len(found), rows=len(found), cut=cut or len(found) > rows, receipt=receipt)


def changed_of(call: Call, said: Mapping[str, Any], receipt: Facts) -> Answer:
    """The answer to a change, without any member that is named like a secret; ``value`` is what ``--query`` finds.

    Raises EndedBadly where the answer names things that were not done.
    """
    whole = plain({key: value for key, value in said.items() if key not in _HIDDEN}, frozenset(), secrets=False)
    text = json.dumps(whole, indent=4, ensure_ascii=False) if whole else ""
    _check_all_done(said, text)
    try:
        found = None if call.query is None else _searched(call.query, whole)
    except NotAllowed:
        # The change is made: what cannot be picked from its answer is still there to be read.
        found = None
    return Answer(text=text, value=found, single=isinstance(found, str | int | float), receipt=receipt)


def _check_all_done(said: Mapping[str, Any], text: str) -> None:
    number, why = undone(said)
    if number:
        what = "1 thing was" if number == 1 else f"{number} things were"
        because = f" ({why.rstrip('.')})" if why else ""
        told = f"AWS took it, and says that {what} not done{because}. The rest may be done: run the diagnostics to see."
        raise EndedBadly(OutcomeState.FAILED, told, text=text)


def plain(value: Any, left_out: frozenset[str], *, secrets: bool = True) -> Json:
    """The library's answer as JSON, without the members named in ``left_out``, at any depth."""
    if isinstance(value, Mapping):
        return {
            str(key): plain(each, left_out, secrets=secrets)
            for key, each in value.items()
            if key not in left_out and (secrets or not (isinstance(each, str | list) and names_a_secret(str(key))))
        }
    if isinstance(value, list | tuple):
        return [plain(each, left_out, secrets=secrets) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _searched(query: str, whole: Json) -> Json:
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        found: Json = jmespath.search(query, whole)
    except JMESPathError as fault:
        raise NotAllowed(f"Nothing can be shown: --query is wrong: {' '.join(str(fault).split())}.") from fault
    return found


def _value(found: Json) -> Json:
    if isinstance(found, list):
        return len(found)
    if isinstance(found, Mapping):
        lists = [each for each in found.values() if isinstance(each, list)]
        filled = [each for each in lists if each]
        return len(filled[0]) if len(filled) == 1 else 0 if lists and not filled else None
    return found


def _text(found: Json) -> str:
    """The tool's text form: cells parted by tabs, a line for each thing."""
    if isinstance(found, Mapping):
        return "\n".join(_lines(found))
    if isinstance(found, list):
        if all(not isinstance(each, Mapping | list) for each in found):
            return "\t".join(map(_cell, found))
        return "\n".join(_text(each) for each in found)
    return _cell(found)


def _lines(found: Mapping[str, Json], name: str = "") -> list[str]:
    single = [_cell(found[key]) for key in sorted(found) if not isinstance(found[key], Mapping | list)]
    lines = ["\t".join([name, *single] if name else single)] if single or name else []
    for key in sorted(found):
        part = found[key]
        if isinstance(part, Mapping):
            lines += _lines(part, key.upper())
        elif isinstance(part, list):
            for each in part:
                lines += _lines(each, key.upper()) if isinstance(each, Mapping) else [f"{key.upper()}\t{_text(each)}"]
    return lines


def _cell(value: Json) -> str:
    return "None" if value is None else str(value)


def _event(event: Mapping[str, Json]) -> str:
    stamp = event.get("timestamp")
    when = datetime.fromtimestamp(stamp / 1000, UTC).isoformat(timespec="seconds") if isinstance(stamp, int) else ""
    return f"{when} {event.get('logStreamName', '')} {str(event.get('message', '')).rstrip()}"


def sample(found: Sequence[str], most: int = 3) -> str:
    """The first few of some names, as people read them."""
    return ", ".join(found[:most]) + (f" and {len(found) - most} more" if len(found) > most else "")
