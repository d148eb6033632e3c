"""The actions that a request names, although its method only asks: words of its path, its query and its headers."""

import re
from collections.abc import Iterator, Sequence

from compiler.proof.http.words import (
    ACTION_KEY,
    ACTIONS,
    CALL_KEYS,
    GLUED,
    GLUED_ACTIONS,
    LIFECYCLE,
    NOT_GLUED,
    NOUNS,
    OPERATION_KEYS,
    PAGES,
    QUERY_LANGUAGE_KEYS,
    QUESTIONS,
    REACHING_OUT,
    READING_OPERATIONS,
    ROUTE_KEYS,
    SETTING_PAGES,
    STATEMENT_CHANGES,
    STATEMENT_COMMANDS,
    SWITCH_KEYS,
    SWITCHES,
)
from compiler.proof.secret_names import words_of
from compiler.proof.sql.functions import known_effect

_SNAPSHOT_LISTS = ("_all", "_current", "_status")
_BOUNDS = frozenset({"end", "step", "limit", "rows", "size"})
_MOMENT = re.compile(r"[0-9]+(?:\.[0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9T:.Z+-]+|now(?:-[0-9]+[smhdw])?", re.ASCII)
"""Where a range begins, beside a word that says where it ends: `?start=1700000000&end=…`."""


def actions_in_path(parts: Sequence[str]) -> Iterator[str]:
    """Each part of a decoded path that names an action, as a reason; `parts` keep their case."""
    if parts and parts[0] == "_cat":
        return  # Elasticsearch's tables for people, whatever they are called.
    if parts and parts[0] == "_snapshot":
        acting = (part for part in parts[1:] if part.startswith("_") and part not in _SNAPSHOT_LISTS)
        yield from (f"/{part} acts on snapshots" for part in acting)
        return  # Their repository may be called anything, `backup` too.
    readings = [[words_of(part.partition(".")[0]), words_of(part.partition(".")[0].lower())] for part in parts]
    for position, part in enumerate(parts):
        later = {word for reading in readings[position + 1 :] for words in reading for word in words}
        last = position == len(parts) - 1
        for words in readings[position] if part.lower() not in NOUNS else ():
            if action := next((word for i, word in enumerate(words) if _is_action(words, i, later, last)), None):
                yield f"/{part} names an action: {action}"
        if part.lower() in ACTIONS:
            yield f"/{part} names an action"
    if "consumers" in parts and parts[-1] == "records":
        yield "/records takes messages from a consumer"


def _is_action(words: list[str], index: int, later: set[str], last: bool) -> bool:
    """Whether one word of a part names an action, given the words in the parts after it."""
    word, first = words[index], index == 0
    if word in ACTIONS and (first or len(word) > 4):
        return True
    if first and word == "do" and len(words) > 1:
        return True
    if GLUED.fullmatch(word) or (words[index + 1 :] and word + words[index + 1] in ACTIONS):
        return True
    if word.startswith(GLUED_ACTIONS) and word not in NOT_GLUED and word not in LIFECYCLE:
        return True
    asked = not QUESTIONS.isdisjoint(later | set(words[index + 1 :]))
    return not asked and (word in LIFECYCLE or (word in PAGES and first and last))


def settings_in_query(parts: Sequence[str], query: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The query of a page that sets what it says, as a reason."""
    lowered = [part.lower() for part in parts]
    switch = not SWITCHES.isdisjoint(lowered[:-1]) and any(key in SWITCH_KEYS for key, _ in query)
    if switch or (query and lowered and lowered[-1] in SETTING_PAGES):
        yield f"/{parts[-1]} sets what its query says"
    if "message" in lowered and any(_takes_a_message(key, value) for key, value in query):
        yield "/message takes a message off its queue"


def _takes_a_message(key: str, value: str) -> bool:
    """Whether a parameter is one with which ActiveMQ's page of messages is asked for the next of them."""
    return key in ("oneshot", "readtimeout") or (
        key in ("type", "destination") and value.startswith(("queue", "topic"))
    )


def actions_in_query(query: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Each query parameter that asks for an action, as a reason; keys are lower case, values decoded."""
    bounded = not _BOUNDS.isdisjoint(key for key, _ in query)
    for key, value in query:
        if bounded and key in ("start", "stop") and _MOMENT.fullmatch(value):
            continue
        denied = value.lower() in ("false", "0", "no")
        if (key in OPERATION_KEYS and value.lower() not in READING_OPERATIONS) or (
            key in CALL_KEYS and value.lower() in ACTIONS | LIFECYCLE
        ):
            yield f"the parameter {key}={value} asks for an action"
        elif key == "scroll":
            yield "the parameter scroll keeps a search open on the server: ask without it"
        elif key in ROUTE_KEYS:
            yield from actions_in_path([part for part in value.split("/") if part])
        elif (key in ACTIONS | LIFECYCLE or ACTION_KEY.fullmatch(key)) and not denied:
            yield f"the parameter {key} asks for an action"
        elif key in QUERY_LANGUAGE_KEYS and _changes_something(value):
            yield f"the parameter {key} holds a statement that may change something"


def _changes_something(statements: str) -> bool:
    """Whether a query parameter, in SQL, InfluxQL, Cypher or GraphQL, holds a word that writes."""
    unquoted = re.sub(r"\"[^\"]*\"|'[^']*'", " ", statements.lower())
    called = re.findall(r"([a-z_]\w*)\s*\(", unquoted)
    if REACHING_OUT.search(unquoted) or any(known_effect(name) for name in called):
        return True
    for statement in unquoted.split(";"):
        words = re.findall(r"(?<![\w.:])[a-z]+(?![\w.:])", statement)
        if not STATEMENT_CHANGES.isdisjoint(words) or not STATEMENT_COMMANDS.isdisjoint(words[:1]):
            return True
    return False
