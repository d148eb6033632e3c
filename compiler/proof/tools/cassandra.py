"""One statement for Cassandra's shell: whether it is certain to look and no more.

A statement is compared whole with the forms of CQL's manual. A SELECT may name columns and count; it calls nothing that
a team could have written.
"""

import re
from typing import Final

from compiler.proof.secret_names import holds_secrets, names_a_secret

_NAME: Final = r"[A-Za-z_]\w*+"
_TABLE: Final = rf"{_NAME}(?:\.{_NAME})?"
_SPECIAL: Final = rf"(?:COUNT ?\((?:\*|1)\)|(?:WRITETIME|TTL|TOKEN) ?\({_NAME}\))"
_PICKED: Final = rf"(?:{_SPECIAL}|{_NAME})(?: AS {_NAME})?"
_VALUE: Final = r"(?:'[^'\\]*+'|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|-?\d++(?:\.\d++)?+|TRUE|FALSE)"
_TEST: Final = (
    rf"(?:{_NAME}|TOKEN ?\({_NAME}\)) ?(?:(?:<=|>=|=|<|>|CONTAINS KEY|CONTAINS) ?{_VALUE}"
    rf"|IN ?\({_VALUE}(?: ?, ?{_VALUE})*\))"
)
_READ: Final = (
    rf"(?:JSON |DISTINCT )?(?:\*|{_PICKED}(?: ?, ?{_PICKED})*) FROM {_TABLE}(?: WHERE {_TEST}(?: AND {_TEST})*)?"
    rf"(?: ORDER BY {_NAME}(?: ASC| DESC)?)?(?: PER PARTITION LIMIT \d+)?(?: LIMIT \d+)?(?: ALLOW FILTERING)?"
)
_LOOK: Final = re.compile(
    rf"(?:DESC(?:RIBE)? (?:KEYSPACES|CLUSTER|TABLES|SCHEMA|(?:KEYSPACE|TABLE) {_TABLE})|SHOW (?:VERSION|HOST)"
    rf"|SELECT {_READ}) ?;?",
    re.ASCII | re.IGNORECASE,
)
_FROM: Final = re.compile(r"\bFROM ([\w.]+)", re.ASCII | re.IGNORECASE)
_TEXT: Final = re.compile(r"'[^']*'")
_PLACE: Final = re.compile(r"\bTOKEN ?\(", re.ASCII | re.IGNORECASE)
"""Where in the ring a row is."""
_WORD: Final = re.compile(r"\w+", re.ASCII)
_SECRET_PLACES: Final = ("system_auth.", "dse_security.", "system_views.settings")
"""Roles with the hashes of their passwords, and the node's settings with those of its key stores."""


def looks(text: str) -> bool:
    """Whether the statement only shows something, and nothing that is named as a secret."""
    return bool(_LOOK.fullmatch(text)) and shown_secret(text) is None


def shown_secret(text: str) -> str | None:
    """The word of a SELECT that names a secret, which the answer would show; None when there is none."""
    if not text.upper().startswith("SELECT "):
        return None
    tables: list[str] = [table.lower() for table in _FROM.findall(text)]
    if secret := next((table for table in tables if table.startswith(_SECRET_PLACES)), None):
        return secret
    words: list[str] = _WORD.findall(_PLACE.sub("", _TEXT.sub("", text)))
    return next((word for word in words if names_a_secret(word) or holds_secrets(word)), None)
