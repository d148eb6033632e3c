"""The SQL of a store, kept in ``.sql`` files and called by name."""

import re
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


def folder(dialect: str) -> Traversable:
    """The folder with the migrations and queries of one dialect, e.g. *sqlite*."""
    return files("bot.stores") / "sql" / dialect


def queries(dialect: str) -> Mapping[str, str]:
    """The statements of ``queries.sql``: name → SQL."""
    _, *parts = _NAME.split((folder(dialect) / "queries.sql").read_text(encoding="utf-8"))
    return dict(zip(parts[::2], (statement.strip() for statement in parts[1::2]), strict=True))
