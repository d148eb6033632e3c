"""Lines for a Redis client in a text: typed at its prompt, or bare in a block that is tagged so."""

import re
from typing import Final

from compiler.proof.redis.commands import CHANGES, READ_NAMES, REFUSED

WORDS: Final = frozenset(CHANGES) | frozenset(READ_NAMES) | frozenset(REFUSED)
_PROMPT: Final = re.compile(r"\s*(?:(?:redis|[\w.-]+:\d+)(?:\[\d+\])?)?> ?(?=\S)")
_SESSION: Final = re.compile(r"(?:redis|[\w.-]+:\d+)(?:\[\d+\])?> ?\S")


def is_said_to_redis(line: str) -> bool:
    """Whether a line was typed at the prompt of a Redis client; at `> ` alone when it is one of its commands."""
    typed = line[2:].split(maxsplit=1)[:1] if line.startswith("> ") else []
    return bool(_SESSION.match(line)) or (bool(typed) and typed[0].upper() in WORDS)


def has_redis_prompts(text: str) -> bool:
    """Whether a Redis block is a session, in which only the lines behind a prompt were typed."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return any(map(_SESSION.match, lines)) or any(map(is_said_to_redis, lines[:1]))


def redis_line(line: str, *, prompted: bool = False) -> str | None:
    """The words for a Redis client that a line holds, without its prompt; None when it holds none."""
    if prompted and not is_said_to_redis(line.strip()):
        return None
    said = _PROMPT.sub("", line, count=1).strip()
    first = said.split(maxsplit=1)[:1]
    return said if first and first[0].upper() in WORDS else None
