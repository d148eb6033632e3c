"""Other databases' clients with one statement: the few statements that are certain to look.

A statement is compared whole with the forms of each language's manual. A SELECT for MySQL is read by PostgreSQL's
grammar too, and may call only what both have: nothing that waits, locks, reads files or is the team's own.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from compiler.proof.named import named
from compiler.proof.references import is_reference
from compiler.proof.sql.tree import Node
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict

_SQL_JUDGE: Final = named("sql:judge")
_SQL_TREE: Final = named("sql.tree:parse")
_NAME = r"`?[A-Za-z_][\w$.]*`?"
_FROM = rf"(?: (?:FROM|IN) {_NAME}){{0,2}}"
_LIKE = r"(?: LIKE '[\w%.-]*')?"


def _one_of(*forms: str) -> re.Pattern[str]:
    return re.compile("|".join(forms), re.ASCII | re.IGNORECASE)


_MYSQL_SHOW: Final = _one_of(
    r"SHOW (?:FULL )?PROCESSLIST",
    rf"SHOW (?:FULL )?(?:TABLES|COLUMNS|FIELDS){_FROM}{_LIKE}",
    rf"SHOW (?:(?:GLOBAL|SESSION) )?(?:STATUS|VARIABLES){_LIKE}",
    rf"SHOW (?:DATABASES|SCHEMAS|TABLE STATUS|OPEN TABLES){_FROM}{_LIKE}",
    rf"SHOW (?:INDEX|INDEXES|KEYS){_FROM}",
    r"SHOW (?:ALL )?(?:SLAVE|SLAVES|REPLICA|REPLICAS) STATUS|SHOW (?:SLAVE HOSTS|REPLICAS)",
    r"SHOW (?:MASTER STATUS|BINARY LOG STATUS|BINARY LOGS|MASTER LOGS|ENGINES|PLUGINS|WARNINGS|ERRORS|EVENTS|TRIGGERS)",
    r"SHOW ENGINE INNODB (?:STATUS|MUTEX)",
    rf"SHOW CREATE (?:TABLE|DATABASE|VIEW) {_NAME}",
    rf"(?:DESCRIBE|DESC) {_NAME}",
)
_MYSQL_FUNCTIONS: Final = word_list(
    "count sum avg min max now concat concat_ws coalesce nullif round floor ceil ceiling abs length char_length lower"
    " upper left right substring trim greatest least version date mod sign extract"
)
_READ_DIFFERENTLY: Final = ("\\", "/*", "*/", "--", "#", ";", ":=", '"', "||", "`")
_VARIABLE: Final = re.compile(r"@@(?:global\.|session\.)?[a-z_]+", re.ASCII)
_MYSQL_END: Final = re.compile(r"\s*(?:;|\\[Gg])?\s*;?\s*$", re.ASCII)
_CLICKHOUSE: Final = _one_of(
    rf"SHOW (?:PROCESSLIST|DATABASES|CLUSTERS|TABLES{_FROM})(?: FORMAT \w+)?;?",
    rf"(?:DESCRIBE|DESC)(?: TABLE)? {_NAME}(?: FORMAT \w+)?;?",
)
_CASSANDRA: Final = _one_of(
    rf"DESC(?:RIBE)? (?:KEYSPACES|CLUSTER|TABLES|SCHEMA|(?:KEYSPACE|TABLE) {_NAME});?", r"SHOW (?:VERSION|HOST);?"
)
_FIELDS = r"(?:\.[A-Za-z]\w*(?![\w(]))*"
_MONGO: Final = re.compile(
    r"(?:rs\.(?:status|conf|config|hello|isMaster|print(?:Secondary|Slave)?ReplicationInfo)\(\)"
    r"|sh\.(?:status|isBalancerRunning|getBalancerState)\(\)"
    r"|db\.(?:serverStatus|stats|hello|isMaster|version|currentOp|hostInfo|getCollectionNames|getReplicationInfo"
    r"|print(?:Secondary)?ReplicationInfo|getProfilingStatus|printCollectionStats)\((?:true)?\)"
    r"|db\.(?:[A-Za-z_]\w*|getCollection\(['\"]\w+['\"]\))\.(?:stats|getIndexes|estimatedDocumentCount"
    r"|countDocuments|count|totalSize|storageSize|dataSize)\((?:\{\s*\})?\)"
    r"|db\.adminCommand\(['\"](?:ping|serverStatus|replSetGetStatus|listDatabases|hello|connPoolStats)['\"]\)"
    r"|db\.adminCommand\(\{\s*['\"]?(?:ping|serverStatus|replSetGetStatus|listDatabases|hello|connPoolStats)['\"]?"
    r"\s*:\s*1\s*\}\))" + _FIELDS,
    re.ASCII,
)
_MONGO_SHOW: Final = re.compile(r"show (?:dbs|databases|collections|tables);?", re.ASCII)
_MONGO_PRINT: Final = re.compile(r"(?:printjson|print|JSON\.stringify|EJSON\.stringify)\((.*)\)", re.ASCII)
_OPTIONS: Final[Mapping[str, tuple[frozenset[str], frozenset[str], tuple[str, ...]]]] = {
    "mysql": (
        word_list("-N -B -s -t -E -p --table --batch --raw --silent --skip-column-names --vertical --password"),
        word_list("-h -P -u -D --host --port --user --database --connect-timeout"),
        ("-e", "--execute"),
    ),
    "mongosh": (
        word_list("--quiet --norc --tls --ssl"),
        word_list("--host --port -u --username --authenticationDatabase"),
        ("--eval",),
    ),
    "clickhouse-client": (
        word_list("--multiline -m --vertical -E"),
        word_list("-h --host --port -u --user -d --database -f --format"),
        ("-q", "--query"),
    ),
    "cqlsh": (word_list("--no-color"), word_list("-u --username -k --keyspace"), ("-e", "--execute")),
}
"""Of each client: the flags that do nothing, the options that say where, and the options that carry the statement."""
_SAME: Final = {"mariadb": "mysql", "mongo": "mongosh"}
_PLAIN: Final = re.compile(r"(?![^/]*//[^/]*:[^/]*@)[A-Za-z0-9_][\w.:/@?=&,-]*", re.ASCII)
"""Where to: a name, or an address without a password."""


def looks(argv: Sequence[str]) -> Judgement | None:
    """Read-only when the client is given exactly one statement that is certain to look; None for anything else."""
    name = _SAME.get(argv[0], argv[0])
    statement = _statement(name, argv[1:]) if name in _OPTIONS else None
    if statement is None or not statement.isprintable() or not _LOOKS[name](" ".join(statement.split())):
        return None
    return Judgement(Verdict.READ_ONLY, f"{argv[0]}: one statement that only shows something")


def _statement(name: str, words: Sequence[str]) -> str | None:
    """The one statement of the command line; None when a word has no place or there are several."""
    flags, values, carriers = _OPTIONS[name]
    rest, found = list(words), list[str]()
    while rest:
        word = rest.pop(0)
        option, equals, value = word.partition("=")
        if option in carriers and (equals or rest):
            found.append(value if equals else rest.pop(0))
        elif option in values and (equals or rest):
            if not _is_place(value if equals else rest.pop(0)):
                return None
        elif word not in flags and not (_is_place(word) or (word.startswith("-p") and is_reference(word[2:]))):
            return None
    return found[0] if len(found) == 1 else None


def _is_place(word: str) -> bool:
    return (bool(_PLAIN.fullmatch(word)) and word.lower() != "mysql") or is_reference(word)


def _mysql(text: str) -> bool:
    bare = _MYSQL_END.sub("", text)
    return bool(_MYSQL_SHOW.fullmatch(bare)) or _is_mysql_select(bare)


def _is_mysql_select(text: str) -> bool:
    """SELECT, or EXPLAIN of one: without comments and backslashes, which the two databases read differently."""
    if not re.match(r"(?:EXPLAIN )?SELECT\b", text, re.IGNORECASE) or any(sign in text for sign in _READ_DIFFERENTLY):
        return False
    plain = _VARIABLE.sub("1", text)
    judgement: Judgement = _SQL_JUDGE(plain)
    if judgement.verdict is not Verdict.READ_ONLY:
        return False
    nodes: list[Node] = [node for statement in _SQL_TREE(plain) for node in statement.walk()]
    called = [node.strings("funcname") for node in nodes if node.kind == "FuncCall"]
    looked_into = [node.text("schemaname").lower() for node in nodes if node.kind == "RangeVar"]
    return "mysql" not in looked_into and all(len(name) == 1 and name[0] in _MYSQL_FUNCTIONS for name in called)


def _mongo(text: str) -> bool:
    inner = _MONGO_PRINT.fullmatch(text.rstrip("; "))
    return bool(_MONGO.fullmatch(inner[1] if inner else text.rstrip("; ")) or _MONGO_SHOW.fullmatch(text))


_LOOKS: Final[Mapping[str, Callable[[str], bool]]] = {
    "mysql": _mysql,
    "mongosh": _mongo,
    "clickhouse-client": lambda text: bool(_CLICKHOUSE.fullmatch(text)),
    "cqlsh": lambda text: bool(_CASSANDRA.fullmatch(text)),
}
