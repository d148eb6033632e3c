"""Other databases' clients with one statement: the few statements that are certain to look.

A statement is compared whole with the forms of each language's manual, or is a SELECT that is certain to look. SQLite's
client must be told to open the file read-only: it writes to it otherwise, whatever the statement is.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from compiler.proof.named import named
from compiler.proof.references import is_reference
from compiler.proof.tools import dialects
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict

_NAME = r"`?[A-Za-z_][\w$.]*`?"
_FROM = rf"(?: (?:FROM|IN) {_NAME}){{0,2}}"
_LIKE = r"(?: LIKE (?:'[\w%.-]*'|\"[\w%.-]*\"))?"


def _one_of(*forms: str) -> re.Pattern[str]:
    return re.compile("|".join(forms), re.ASCII | re.IGNORECASE)


_CLICKHOUSE: Final = _one_of(
    rf"SHOW (?:PROCESSLIST|DATABASES|CLUSTERS|TABLES{_FROM})(?: FORMAT \w+)?;?",
    rf"(?:(?:DESCRIBE|DESC)(?: TABLE)?|EXISTS(?: TABLE)?) {_NAME}(?: FORMAT \w+)?;?",
)
_SQLITE: Final = _one_of(
    rf"\.(?:tables|indexes|schema)(?: {_NAME})?|\.(?:databases|dbinfo)",
    r"PRAGMA (?:integrity_check|quick_check|foreign_key_check|journal_mode|page_count|page_size|freelist_count"
    r"|user_version|schema_version|compile_options|database_list|wal_autocheckpoint|busy_timeout|synchronous|encoding|auto_vacuum);?",
    rf"PRAGMA (?:table_info|index_list|index_info|foreign_key_list)\({_NAME}\);?",
)


class _Options(Struct, frozen=True, kw_only=True):
    """Of one client: flags that do nothing, options that say where, options that carry the statement, and free words.

    With `file` the first free word is the database's file, and the second one the statement.
    """

    flags: frozenset[str]
    values: frozenset[str] = frozenset()
    carriers: tuple[str, ...] = ()
    most: int = 1
    file: bool = False


_OPTIONS: Final[Mapping[str, _Options]] = {
    "mysql": _Options(
        flags=word_list("-N -B -s -t -E -p --table --batch --raw --silent --skip-column-names --vertical --password"),
        values=word_list("-h -P -u -D --host --port --user --database --connect-timeout"),
        carriers=("-e", "--execute"),
    ),
    "mongosh": _Options(
        flags=word_list("--quiet --norc --tls --ssl"),
        values=word_list("--host --port -u --username --authenticationDatabase"),
        carriers=("--eval",),
    ),
    "clickhouse-client": _Options(
        flags=word_list("--multiline -m --vertical -E"),
        values=word_list("-h --host --port -u --user -d --database -f --format"),
        carriers=("-q", "--query"),
    ),
    "cqlsh": _Options(
        flags=word_list("--no-color"),
        values=word_list("-u --username -k --keyspace"),
        carriers=("-e", "--execute"),
        most=2,
    ),
    "sqlite3": _Options(
        flags=word_list(
            """
            -readonly --readonly -header -noheader -column -csv -json -line -list -table -box -markdown
            -batch -bail -safe
            """
        ),
        most=2,
        file=True,
    ),
}
_SHOWN_SECRET: Final[Mapping[str, Callable[[str], str | None]]] = {
    "mongosh": named("tools.mongo:shown_secret"),
    "mysql": named("tools.mysql:shown_secret"),
    "cqlsh": named("tools.cassandra:shown_secret"),
}
_SAME: Final = {"mariadb": "mysql", "mongo": "mongosh"}
_OF_ACCOUNTS: Final = word_list("mysql system_auth dse_security system_views")
"""Databases that hold accounts or settings with passwords: inside them the statement need not name one."""
_PLAIN: Final = re.compile(r"(?!.*:.*@)[A-Za-z0-9_][\w.:/@?=&,-]*", re.ASCII)
"""Where to: a name, or an address without a password."""
_FILE: Final = re.compile(r"/?[A-Za-z0-9_][\w./-]*", re.ASCII)
_CLUSTER: Final = re.compile(r"-([NBstE]{2,}e?|[NBstE]e)", re.ASCII)
"""MySQL's one-letter flags in one word, the one that carries the statement last."""


def looks(argv: Sequence[str]) -> Judgement | None:
    """The verdict when the client is given exactly one statement that looks; None for anything else."""
    name = _SAME.get(argv[0], argv[0])
    statement = _statement(_OPTIONS[name], argv[1:]) if name in _OPTIONS else None
    if statement is None or not statement.isprintable():
        return None
    text = " ".join(statement.split())
    if _LOOKS[name](text):
        return Judgement(Verdict.READ_ONLY, f"{argv[0]}: one statement that only shows something")
    secret = _SHOWN_SECRET.get(name, dialects.shown_secret)(text)
    if secret is None:
        return None
    return Judgement(Verdict.REFUSED, f"{argv[0]}: {secret} holds secrets, and the answer would be shown")


def _statement(options: _Options, words: Sequence[str]) -> str | None:
    """The one statement of the command line; None when a word has no place or there are several."""
    rest, found, loose = [*words], list[str](), list[str]()
    while rest:
        word = rest.pop(0)
        option, equals, value = word.partition("=")
        if option in options.carriers and (equals or rest):
            found.append(value if equals else rest.pop(0))
        elif option in options.values and (equals or rest):
            if not _is_place(value if equals else rest.pop(0)):
                return None
        elif cluster := _CLUSTER.fullmatch(word):
            rest[:0] = [f"-{letter}" for letter in cluster[1]]
        elif word[:2] in options.values and _is_place(word[2:]):
            continue
        elif word not in options.flags and not (word.startswith("-p") and is_reference(word[2:])):
            loose.append(word)
    if len(loose) > options.most:
        return None
    if options.file:
        opened = {"-readonly", "--readonly"} & set(words) and len(loose) == 2 and _FILE.fullmatch(loose[0])
        return loose[1] if opened else None
    return found[0] if len(found) == 1 and all(map(_is_database, loose)) else None


def _is_database(word: str) -> bool:
    """Whether a free word names a database or a server. MongoDB's shell takes what ends as a script for one."""
    return _is_place(word) and not word.lower().endswith((".js", ".mongodb", ".mjs", ".cjs", ".ts"))


def _is_place(word: str) -> bool:
    return (bool(_PLAIN.fullmatch(word)) and word.lower() not in _OF_ACCOUNTS) or is_reference(word)


def _sqlite(text: str) -> bool:
    return bool(_SQLITE.fullmatch(text)) or dialects.is_select(text.rstrip("; "), "sqlite3")


def _clickhouse(text: str) -> bool:
    bare = text.rstrip("; ")
    return bool(_CLICKHOUSE.fullmatch(bare)) or dialects.is_select(bare, "clickhouse-client")


_LOOKS: Final[Mapping[str, Callable[[str], bool]]] = {
    "mysql": named("tools.mysql:looks"),
    "sqlite3": _sqlite,
    "mongosh": named("tools.mongo:looks"),
    "clickhouse-client": _clickhouse,
    "cqlsh": named("tools.cassandra:looks"),
}
