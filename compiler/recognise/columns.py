"""Which column of a table is which, by its header: the metric, the code, the service, what it is for."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from compiler.document import Row, Table
from compiler.recognise.wording import bare

_COLUMNS: Final = {
    "metric":
        r"metric|indicator|measure|event|alarm|alert(?: name)?|signal|check|kpi|sli|symptom or metric|what"
        r"|metrik|kennzahl|objective|slo",
    "warning": r"(?:threshold )?\(?warn\w*\)?(?: threshold| level| at| when| above| below| if)?|yellow|amber|🟡.*|p2.*",
    "critical":
        r"(?:threshold )?\(?crit\w*\)?(?: threshold| level| at| when| above| below| if)?|red|bad|threshold"
        r"|alert(?:s)? (?:at|when|threshold)"
        r"|condition|trigger|page(?: at| when| above| below| if)?|🔴.*|kritisch|schwellwert",
    "normal": r"normal(?: range)?|healthy|ok|expected|baseline|green|🟢.*|good|normalbereich",
    "action":
        r"(?:user |recommended |required |first |immediate )?(?:actions?|responses?|what to do"
        r"|remed(?:y|iation)|steps?|maßnahmen?)",
    "code": r"(?:error |status |exit )?codes?|error|fehlercode",
    "meaning": r"meanings?|descriptions?|explanation|message|cause|bedeutung|beschreibung",
    "service": r"services?|components?|systems?|names?|apps?|applications?|dependenc(?:y|ies)|dienst|endpoints?",
    "target": r"targets?|objectives?|goals?|slas?|slos?|commitment|availability|uptime|ziel",
    "rto": r".*\brto\b.*|.*recovery time.*",
    "rpo": r".*\brpo\b.*|.*recovery point.*",
    "port": r"ports?",
    "needs": r"depend\w*(?: on)?|requires|needs|upstreams?",
    "purpose": r"purpose|function|role|what(?: it does)?|description|zweck",
    "priority": r"priority|prio|severity|sev|criticality|tier|schweregrad",
    "log": r"logs?(?: (?:locations?|files?|paths?|groups?))?|path|location",
    "environment": r"dev\w*|stag\w*|prod\w*|test\w*|qa|uat|local|url(?:s)?|endpoint|address|link|host",
    "owner": r"owner|team|on.?call",
    "window": r"window|duration|for|period|interval",
}  # fmt: skip
HEADERS: Final = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _COLUMNS.items()}


def cell(row: Row, column: int | None) -> str:
    """The text of one cell; empty where the row is too short."""
    return row.cells[column].strip() if column is not None and column < len(row.cells) else ""


def columns_of(table: Table) -> Mapping[str, int]:
    """Which column is which; the first column that fits a word has it."""
    found: dict[str, int] = {}
    for n, header in enumerate(table.header):
        for name in _meanings(header):
            found.setdefault(name, n)
    return found


@lru_cache(maxsize=1_024)
def _meanings(header: str) -> tuple[str, ...]:
    """What a column with this header may hold; a document's tables share their headers."""
    words = bare(header) or header
    return tuple(name for name, pattern in HEADERS.items() if pattern.fullmatch(words))


def first_of(table: Table, pattern: re.Pattern[str]) -> int | None:
    """The first column whose header is of a kind; None where there is none."""
    return next((n for n, header in enumerate(table.header) if pattern.fullmatch(bare(header))), None)
