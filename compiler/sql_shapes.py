"""Which text is a statement of SQL, where nothing but its words says so."""

import re
from typing import Final

_SQL_SHAPES: Final = tuple(
    re.compile(shape, re.IGNORECASE | re.DOTALL)
    for shape in (
        r"\(*select\b.+(?:\bfrom\b.+|\w\(.*|\b\d+\b.*)",
        r"with\s+\w.+\bas\s*\(.+",
        r"insert\s+into\s+\S+.+",
        r"update\s+\S+\s+set\s+\S.+",
        r"delete\s+from\s+\S+.*",
        r"(?:create|drop|alter|truncate|comment\s+on)\s+(?:unique\s+|or\s+replace\s+|materialized\s+|temp\w*\s+)*"
        r"(?:table|index|view|function|role|user|database|schema|sequence|extension|type|trigger|policy|system|"
        r"publication|subscription|column)\b.+",
        r"truncate\s+\w+.*",
        r"(?:vacuum|analyze|reindex|explain|cluster)\s+[\w(].*",
        r"(?:vacuum|analyze|checkpoint)\s*;",
        r"(?-i:SHOW)\s+[a-z_.]+(?:\s+[a-z]+)?\s*;?",
        r"show\s+\w+[_.][\w.]+\s*;?",
        r"(?:grant|revoke)\s+.+\b(?:on|to|from)\b.+",
        r"refresh\s+materialized\s+view\s+.+",
        r"call\s+[\w.]+\s*\(.*",
        r"(?:kill|call|notify|listen|execute|set|reset)\s+.+;",
    )
)


_BEGINS: Final = re.compile(
    r"\(*(?:select|with|insert|update|delete|create|drop|alter|truncate|comment|vacuum|analyze|reindex|explain|cluster"
    r"|checkpoint|show|grant|revoke|refresh|call|kill|notify|listen|execute|set|reset)\b",
    re.IGNORECASE,
)
"""How each of them begins: of most commands this is soon known."""


def looks_like_sql(text: str) -> bool:
    """Whether a text outside an sql fence is a statement rather than prose that begins with such a word."""
    statement = text.strip()
    return _BEGINS.match(statement) is not None and any(shape.fullmatch(statement) for shape in _SQL_SHAPES)
