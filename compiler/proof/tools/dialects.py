"""A SELECT in the language of MySQL, SQLite or ClickHouse: whether it is certain to look and no more.

It is read by PostgreSQL's grammar, so it must be a text that both languages cut into the same words: no comments, no
backslashes, no dollar signs. It may call only what is listed here: nothing that waits, locks, reads files, reaches
another server or is the team's own.
"""

import re
from fnmatch import fnmatchcase
from typing import Final

from compiler.proof.named import named
from compiler.proof.secret_names import holds_secrets, names_a_secret
from compiler.proof.sql.tree import Node
from compiler.proof.word_list import word_list
from incident.verdict import Verdict

_SQL_JUDGE: Final = named("sql:judge")
_SQL_TREE: Final = named("sql.tree:parse")
_CALLED_BY_ALL: Final = word_list(
    "count sum avg min max coalesce nullif round floor ceil ceiling abs length lower upper trim sign mod concat"
)
_CALLED: Final = {
    "mysql": word_list(
        """
        now concat_ws char_length left right substring greatest least version date extract if ifnull isnull date_sub
        date_add date_format timestampdiff timediff datediff unix_timestamp from_unixtime time_to_sec sec_to_time
        curdate utc_timestamp hour minute second day month year hex group_concat substring_index instr locate
        find_in_set inet_ntoa json_extract json_unquote json_length database schema connection_id truncate format_bytes
        format_pico_time
        """
    ),
    "sqlite3": word_list(
        """
        total ifnull iif substr instr typeof date time datetime julianday strftime unixepoch group_concat json_extract
        json_array_length json_type hex sqlite_version likely unlikely max min
        """
    ),
    "clickhouse-client": word_list(
        """
        now today yesterday any uniq uniqexact median quantile quantileexact countif sumif avgif maxif minif if multiif
        topk argmax argmin formatreadablesize formatreadablequantity formatreadabletimedelta todate todatetime
        tostartofminute tostartofhour tostartofday tostartoffiveminutes tostartoftenminutes tostartoffifteenminutes
        todatetime64 tounixtimestamp datediff touint64 toint64 tofloat64 tostring substring left right hostname version
        uptime grouparray arrayjoin arraystringconcat empty notempty positioncaseinsensitive position like ilike
        normalizequery dictionary_bytes intdiv bar
        """
    ),
}
_READ_DIFFERENTLY: Final = ("\\", "/*", "*/", "--", "#", ";", ":=", "||", "$", "[", "]", "{")
_VARIABLE: Final = re.compile(r"@@(?:global\.|session\.)?[a-z_]+", re.ASCII | re.IGNORECASE)
_INTERVAL: Final = re.compile(r"\bINTERVAL (\d+) (SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|YEAR)\b", re.ASCII | re.IGNORECASE)
_QUOTED: Final = re.compile(r"`(\w+)`", re.ASCII)
_FORMAT: Final = re.compile(r" FORMAT \w+$", re.ASCII | re.IGNORECASE)
_PLAN: Final = re.compile(r"EXPLAIN QUERY PLAN (?=SELECT\b)", re.ASCII | re.IGNORECASE)
_LIMIT: Final = re.compile(r" LIMIT (\d+), ?(\d+)$", re.ASCII | re.IGNORECASE)
_WITHOUT_TEXTS: Final = re.compile(r"'[^']*'")
_CALL_APART: Final = re.compile(r"\b(\w+) \(", re.ASCII)
_WORD: Final = re.compile(r"\w+", re.ASCII)
_ACCOUNTS: Final = re.compile(
    r"mysql`?\.`?(?:user|global_priv)\b|SHOW CREATE USER\b|system`?\.`?named_collections\b", re.ASCII | re.IGNORECASE
)
_SECRET_VARIABLES: Final = ("report_password",)
_UNFIT: Final = word_list("numbers numbers_mt zeros zeros_mt primes named_collections")
"""Tables of ClickHouse's own that never end, or hold credentials."""
_FROM_A_NAME: Final = re.compile(r"\bIN ?\((?!SELECT\b|'|\d)", re.ASCII | re.IGNORECASE)
"""ClickHouse takes the one name in the brackets for a table."""


def is_select(text: str, client: str) -> bool:
    """Whether `text`, one statement with single spaces, only looks in the language of the client."""
    if not re.match(r"(?:EXPLAIN )?(?:SELECT|WITH)\b|EXPLAIN QUERY PLAN SELECT\b", text, re.IGNORECASE):
        return False
    if any(sign in text for sign in _READ_DIFFERENTLY) or "nextval" in text.lower():
        return False
    if client == "mysql" and any(is_secret_variable(name) for name in _VARIABLE.findall(text)):
        return False
    allowed = _CALLED_BY_ALL | _CALLED[client]
    if any(word.lower() in allowed for word in _CALL_APART.findall(text)):
        return False  # With a space before the bracket MySQL looks for a function of the team's own.
    if client == "clickhouse-client" and _FROM_A_NAME.search(text):
        return False
    plain = _as_postgres(text, client, allowed - _CALLED_BY_ALL)
    if _SQL_JUDGE(plain).verdict is not Verdict.READ_ONLY:
        return False
    nodes = [node for statement in _SQL_TREE(plain) for node in statement.walk()]
    called = [node.strings("funcname") for node in nodes if node.kind == "FuncCall"]
    known = all(len(name) == 1 and name[0] in _CALLED_BY_ALL for name in called)
    return known and _looks_into(nodes, client)


def is_secret_variable(pattern: str) -> bool:
    """Whether a name or a pattern of LIKE shows a variable of MySQL that holds a password."""
    glob = pattern.lower().rpartition(".")[2].removeprefix("@@").replace("_", "?").replace("%", "*")
    return any(fnmatchcase(name, glob) for name in _SECRET_VARIABLES)


def shown_secret(text: str) -> str | None:
    """The word of a look that names a secret, which the answer would show; None when there is none."""
    words = _WORD.findall(_WITHOUT_TEXTS.sub("", text))
    if not words or words[0].upper() not in ("SELECT", "WITH", "SHOW"):
        return None
    if accounts := _ACCOUNTS.search(text):
        return accounts[0]
    return next((word for word in words if names_a_secret(word)), None)


def _as_postgres(text: str, client: str, own: frozenset[str]) -> str:
    """The statement with what only its own language writes in PostgreSQL's words: functions of no effect are one."""
    plain = _QUOTED.sub(r'"\1"', _VARIABLE.sub("1", text) if client == "mysql" else text)
    plain = _LIMIT.sub(r" LIMIT \2 OFFSET \1", _INTERVAL.sub(r"INTERVAL '\1 \2'", plain))
    if client == "clickhouse-client":
        plain = re.sub(r"(?<=[ (])table(?=[ ,)]|$)", "table_", _FORMAT.sub("", plain))
    if client == "sqlite3":
        plain = _PLAN.sub("EXPLAIN ", plain)
    return re.sub(rf"(?<![\w.\"`])(?:{'|'.join(sorted(own))})\(", "concat(", plain, flags=re.IGNORECASE | re.ASCII)


def _looks_into(nodes: list[Node], client: str) -> bool:
    """Whether the tables may be looked into: in ClickHouse one of a queue takes what it shows, so only its own."""
    tables = [
        (node.text("schemaname").lower(), node.text("relname").lower()) for node in nodes if node.kind == "RangeVar"
    ]
    if client == "clickhouse-client":
        own = all(schema in ("system", "information_schema") for schema, _ in tables)
        return own and not any("zookeeper" in name or name in _UNFIT for _, name in tables)
    return not any(schema == "mysql" or holds_secrets(name) for schema, name in tables)
