"""psql's command line, read without running it: the one statement it holds, and the server it names.

psql itself is never started. Its statement goes to the SQL executor, and its host and database only name a target.
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import SplitResult, unquote, urlsplit

from msgspec import Struct, field

from compiler.proof.sql.psql_queries import described
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict


class Command(Struct, frozen=True, kw_only=True):
    """The statement that psql would send, its parameters `$1`…, and the target as the command line names it.

    `target` has those of host, port, dbname and user that are written; a variable such as `$DATABASE_URL` is `name`.
    """

    statement: str
    arguments: tuple[str, ...] = ()
    target: Mapping[str, str] = field(default_factory=dict)


_FLAGS = {
    "echo-all": "a", "echo-errors": "b", "echo-queries": "e", "echo-hidden": "E", "no-align": "A", "html": "H",
    "list": "l", "no-readline": "n", "quiet": "q", "tuples-only": "t", "expanded": "x", "no-psqlrc": "X",
    "no-password": "w", "single-transaction": "1", "field-separator-zero": "z", "record-separator-zero": "0", "csv": "",
}  # fmt: skip
_VALUES = {
    "command": "c", "dbname": "d", "host": "h", "port": "p", "username": "U", "field-separator": "F",
    "record-separator": "R", "pset": "P", "table-attr": "T", "variable": "v", "set": "",
}  # fmt: skip
_REFUSED_FLAGS = {
    "password": "W", "single-step": "s", "single-line": "S", "version": "V", "help": "?",
}  # fmt: skip
_REFUSED_VALUES = {
    "file": ("f", "a file's statements cannot be read here: write them in the runbook"),
    "output": ("o", "writes a file"),
    "log-file": ("L", "writes a file"),
}
_SHORT_FLAGS = {short: name for name, short in (_FLAGS | _REFUSED_FLAGS).items() if short}
_SHORT_VALUES = {short: name for name, short in _VALUES.items() if short}
_SHORT_VALUES |= {short: name for name, (short, _) in _REFUSED_VALUES.items()}
_TARGET_OPTIONS = {"host": "host", "port": "port", "dbname": "dbname", "username": "user"}
_CONNECTION_KEYS = word_list("host hostaddr port dbname user sslmode connect_timeout application_name")
_DROPPED_KEYS = word_list("sslmode connect_timeout application_name")
_PAGE_SETTINGS = word_list(
    """
    border columns csv_fieldsep expanded x fieldsep fieldsep_zero footer format linestyle null numericlocale pager
    recordsep recordsep_zero t tuples_only title unicode_border_linestyle unicode_column_linestyle
    unicode_header_linestyle xheader_width
    """
)
_HARMLESS_VARIABLES = frozenset({"ON_ERROR_STOP=1", "ON_ERROR_STOP=on", "ON_ERROR_STOP"})
_CREDENTIAL_IN_VIEW = "a password on the command line is shown to every user of the host: name a secret instead"
_VARIABLE = re.compile(r"\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})")
_CONNECTION_PAIR = re.compile(r"\s*([a-z_]+)\s*=\s*([^\s'\\]*)(?=\s|$)")


class _Refused(Exception):
    """The command line holds something that may not run; the message is the reason."""


class _Seen(Struct):
    """What has been read from the words so far."""

    commands: list[str] = field(default_factory=list)
    positional: list[str] = field(default_factory=list)
    target: dict[str, str] = field(default_factory=dict)


def parse(argv: Sequence[str]) -> Command | Judgement:
    """The one statement of a psql command line, `argv[0]` being `psql`; or the refusal. Never raises."""
    try:
        return _command(_read(argv))
    except _Refused as fault:
        return Judgement(Verdict.REFUSED, f"psql: {fault}")


def _command(seen: _Seen) -> Command:
    if len(seen.positional) > 2:
        raise _Refused(f"{seen.positional[2]!r} is one word too many")
    for name, word in zip(("dbname", "user"), seen.positional, strict=False):
        _take_target(seen.target, name, word)
    if len(seen.commands) != 1:
        raise _Refused(
            "one -c with one statement is needed" if seen.commands else "a session without -c is interactive"
        )
    text = seen.commands[0]
    if not text.lstrip().startswith("\\"):
        return Command(statement=text, target=seen.target)
    query = described(text.strip())
    if query is None:
        raise _Refused(f"{text.strip().split()[0]} is not one of the listing commands that have a fixed query")
    return Command(statement=query.statement, arguments=query.arguments, target=seen.target)


def _read(argv: Sequence[str]) -> _Seen:
    seen, words = _Seen(), list(argv[1:])
    if list(argv[:1]) != ["psql"]:
        raise _Refused("the command is not psql")
    while words:
        word = words.pop(0)
        if word.startswith("--"):
            _long_option(seen, word, words)
        elif word.startswith("-") and len(word) > 1:
            _short_options(seen, word[1:], words)
        else:
            seen.positional.append(word)
    return seen


def _long_option(seen: _Seen, word: str, words: list[str]) -> None:
    name, equals, value = word[2:].partition("=")
    if name in _VALUES or name in _REFUSED_VALUES:
        _take(seen, name, value if equals else _next(words, word))
    elif name in _FLAGS | _REFUSED_FLAGS and not equals:
        _flag(seen, name)
    else:
        raise _Refused(f"{word.partition('=')[0]} is not a full option name of psql")


def _short_options(seen: _Seen, cluster: str, words: list[str]) -> None:
    for position, letter in enumerate(cluster, start=1):
        if letter in _SHORT_VALUES:
            _take(seen, _SHORT_VALUES[letter], cluster[position:] or _next(words, f"-{letter}"))
            return
        if letter not in _SHORT_FLAGS:
            raise _Refused(f"-{letter} is not an option of psql")
        _flag(seen, _SHORT_FLAGS[letter])


def _next(words: list[str], option: str) -> str:
    if not words:
        raise _Refused(f"{option} needs a value")
    return words.pop(0)


def _flag(seen: _Seen, name: str) -> None:
    if name in _REFUSED_FLAGS:
        raise _Refused(f"--{name} is for a person at a terminal")
    if name == "list":
        seen.commands.append("\\l")


def _take(seen: _Seen, name: str, value: str) -> None:
    if name in _REFUSED_VALUES:
        raise _Refused(f"--{name} {_REFUSED_VALUES[name][1]}")
    if name == "command":
        seen.commands.append(value)
    elif name in _TARGET_OPTIONS:
        _take_target(seen.target, _TARGET_OPTIONS[name], value)
    elif name == "pset" and value.partition("=")[0] not in _PAGE_SETTINGS:
        raise _Refused(f"--pset {value!r} is not a plain output setting")
    elif name in ("variable", "set") and value not in _HARMLESS_VARIABLES:
        raise _Refused(f"--{name} changes what the statement says: write the value, or make it a parameter")


def _take_target(target: dict[str, str], name: str, value: str) -> None:
    if _VARIABLE.fullmatch(value):
        target["name" if name == "dbname" else name] = value
    elif name == "dbname" and value.startswith(("postgresql://", "postgres://")):
        target.update(_from_url(value))
    elif name == "dbname" and "=" in value:
        target.update(_from_pairs(value))
    elif re.fullmatch(r"[A-Za-z0-9_.:/$-]+", value):
        target[name] = value
    else:
        raise _Refused(f"{value!r} is not a plain {name}")


def _from_pairs(text: str) -> dict[str, str]:
    pairs = dict(_CONNECTION_PAIR.findall(text))
    if _CONNECTION_PAIR.sub("", text).strip():
        raise _Refused("the connection string is not plain key=value pairs")
    return _checked(pairs)


def _from_url(text: str) -> dict[str, str]:
    try:
        url = urlsplit(text)
        return _checked(_parts(url))
    except ValueError as fault:
        raise _Refused("the connection URL cannot be read") from fault


def _parts(url: SplitResult) -> dict[str, str]:
    parts = dict(pair.partition("=")[::2] for pair in url.query.split("&") if pair)
    named = {"host": url.hostname, "port": url.port, "user": url.username, "dbname": url.path.strip("/")}
    parts |= {key: unquote(str(value)) for key, value in named.items() if value}
    if url.password and not _VARIABLE.fullmatch(url.password):
        raise _Refused(_CREDENTIAL_IN_VIEW)
    return parts


def _checked(pairs: Mapping[str, str]) -> dict[str, str]:
    if "password" in pairs:
        raise _Refused(_CREDENTIAL_IN_VIEW)
    if unknown := pairs.keys() - _CONNECTION_KEYS:
        raise _Refused(f"the connection setting {min(unknown)!r} is not one that names a target")
    return {key: value for key, value in pairs.items() if key not in _DROPPED_KEYS}
