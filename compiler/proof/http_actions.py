"""The actions that a request names, although its method only asks: words of its path, its query and its headers."""

import re
from collections.abc import Iterator, Sequence

from compiler.proof.http_words import (
    ACTIONS,
    GLUED_ACTIONS,
    LIFECYCLE,
    NOT_GLUED,
    NOUNS,
    OPERATION_KEYS,
    PAGES,
    QUERY_LANGUAGE_KEYS,
    QUESTIONS,
    READING_OPERATIONS,
    STATEMENT_CHANGES,
    STATEMENT_COMMANDS,
)
from compiler.proof.secret_names import words_of


def actions_in_path(parts: Sequence[str]) -> Iterator[str]:
    """Each part of a decoded path that names an action, as a reason; `parts` keep their case."""
    readings = [[words_of(part.partition(".")[0]), words_of(part.partition(".")[0].lower())] for part in parts]
    for position, part in enumerate(parts):
        later = {word for reading in readings[position + 1 :] for words in reading for word in words}
        last = position == len(parts) - 1
        for words in readings[position] if part.lower() not in NOUNS else ():
            if action := next((word for i, word in enumerate(words) if _is_action(words, i, later, last)), None):
                yield f"/{part} names an action: {action}"
        if part.lower() in ACTIONS:
            yield f"/{part} names an action"


def _is_action(words: list[str], index: int, later: set[str], last: bool) -> bool:
    """Whether one word of a part names an action, given the words in the parts after it."""
    word, first = words[index], index == 0
    if word in ACTIONS and (first or len(word) > 4):
        return True
    if word.startswith(GLUED_ACTIONS) and word not in NOT_GLUED and word not in LIFECYCLE:
        return True
    asked = not QUESTIONS.isdisjoint(later | set(words[index + 1 :]))
    return not asked and (word in LIFECYCLE or (word in PAGES and first and last))


def actions_in_query(query: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Each query parameter that asks for an action, as a reason; keys are lower case, values decoded."""
    for key, value in query:
        denied = value.lower() in ("false", "0", "no")
        if key in OPERATION_KEYS and value.lower() not in READING_OPERATIONS:
            yield f"the parameter {key}={value} asks for an action"
        elif key in ACTIONS | LIFECYCLE and not denied:
            yield f"the parameter {key} asks for an action"
        elif key in QUERY_LANGUAGE_KEYS and _changes_something(value):
            yield f"the parameter {key} holds a statement that may change something"


def _changes_something(statements: str) -> bool:
    """Whether a query parameter, in SQL, InfluxQL, Cypher or GraphQL, holds a word that writes."""
    unquoted = re.sub(r"\"[^\"]*\"|'[^']*'", " ", statements.lower())
    for statement in unquoted.split(";"):
        words = re.findall(r"(?<![\w.:])[a-z]+(?![\w.:])", statement)
        if not STATEMENT_CHANGES.isdisjoint(words) or not STATEMENT_COMMANDS.isdisjoint(words[:1]):
            return True
    return False
