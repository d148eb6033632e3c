"""The judges' own cases: one `["verdict", "text"]` a line, in JSON; lines that begin with `//` say what follows."""

import json
from pathlib import Path

from incident.verdict import Verdict

_FOLDER = Path(__file__).parent


def cases(kind: str) -> list[tuple[Verdict, str]]:
    """The verdict and text of every case of one kind (`sql`, `psql`, `http`, `redis`)."""
    lines = (_FOLDER / f"{kind}.jsonl").read_text().splitlines()
    rows = (json.loads(line) for line in lines if line and not line.startswith("//"))
    return [(Verdict(verdict), text) for verdict, text in rows]


def texts(kind: str, *verdicts: Verdict) -> list[str]:
    """The texts of one kind that must get one of these verdicts."""
    return [text for verdict, text in cases(kind) if verdict in verdicts]
