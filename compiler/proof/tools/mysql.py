"""MySQL's own statements: which only show something, which change the server, and which would show a password."""

import re
from typing import Final

from compiler.proof.tools import dialects
from incident.verdict import Judgement, Verdict

_NAME = r"`?[A-Za-z_][\w$.]*`?"
_FROM = rf"(?: (?:FROM|IN) {_NAME}){{0,2}}"
_TEXT = r"(?:'[\w.%: -]*'|\"[\w.%: -]*\")"
_LIKE = rf"(?: LIKE {_TEXT})?"
_VALUE = rf"(?:-?\d+|{_TEXT})"
_TEST = rf"{_NAME} ?(?:(?:=|<>|!=|<=?|>=?|(?:NOT )?LIKE) ?{_VALUE}|(?:NOT )?IN ?\({_VALUE}(?:, ?{_VALUE})*\))"
_WHERE = rf"(?: WHERE {_TEST}(?: (?:AND|OR) {_TEST})*)?"
_OF_WHOM = r"(?:(?:GLOBAL|SESSION) )?"


def _one_of(*forms: str) -> re.Pattern[str]:
    return re.compile("|".join(forms), re.ASCII | re.IGNORECASE)


_SHOW: Final = _one_of(
    r"SHOW (?:FULL )?PROCESSLIST",
    rf"SHOW (?:FULL )?(?:TABLES|COLUMNS|FIELDS){_FROM}(?:{_LIKE}|{_WHERE})",
    rf"SHOW {_OF_WHOM}STATUS(?:{_LIKE}|{_WHERE})",
    rf"SHOW (?:DATABASES|SCHEMAS|TABLE STATUS|OPEN TABLES){_FROM}(?:{_LIKE}|{_WHERE})",
    rf"SHOW (?:INDEX|INDEXES|KEYS){_FROM}",
    r"SHOW (?:ALL )?(?:SLAVE|SLAVES|REPLICA|REPLICAS)(?: '[\w.-]*')? STATUS(?: FOR CHANNEL '[\w.-]*')?",
    r"SHOW (?:SLAVE HOSTS|REPLICAS)",
    r"SHOW (?:MASTER STATUS|BINARY LOG STATUS|BINARY LOGS|MASTER LOGS|ENGINES|PLUGINS|WARNINGS|ERRORS|EVENTS|TRIGGERS)",
    r"SHOW ENGINE INNODB (?:STATUS|MUTEX)",
    rf"SHOW CREATE (?:TABLE|DATABASE|VIEW) {_NAME}",
    rf"(?:DESCRIBE|DESC) {_NAME}",
)
_PICKED = rf"VARIABLE_NAME ?(?:(?:=|LIKE) ?{_TEXT}|IN ?\({_TEXT}(?:, ?{_TEXT})*\))"
_VARIABLES: Final = _one_of(rf"SHOW {_OF_WHOM}VARIABLES(?: LIKE {_TEXT}| WHERE {_PICKED}(?: OR {_PICKED})*)")
_ALL_VARIABLES: Final = _one_of(rf"SHOW {_OF_WHOM}VARIABLES")
_TEXTS: Final = re.compile(r"['\"]([^'\"]*)['\"]")
_END: Final = re.compile(r" ?(?:;|\\[Gg])? ?;?$", re.ASCII)
_CHANGES: Final = _one_of(
    r"(?:START|STOP|RESET) (?:SLAVE|REPLICA|MASTER|GROUP_REPLICATION)(?: [\w ]+)?",
    r"CHANGE (?:MASTER|REPLICATION SOURCE) TO .+",
    r"SET (?:@@)?(?:GLOBAL|PERSIST)[ .].+",
    r"KILL (?:(?:QUERY|CONNECTION|HARD|SOFT) )*\S+",
    r"FLUSH (?:LOCAL |NO_WRITE_TO_BINLOG )?[A-Z ]+",
    r"PURGE (?:BINARY|MASTER) LOGS .+",
    r"(?:OPTIMIZE|REPAIR) TABLE .+",
)
"""Statements of MySQL's own that change something, with whatever they are about."""


def looks(text: str) -> bool:
    """Whether the statement only shows something, and no password among it."""
    bare = _bare(text)
    return _shows(bare) or dialects.is_select(bare, "mysql")


def shown_secret(text: str) -> str | None:
    """What the answer would show and must not; None when there is nothing."""
    bare = _bare(text)
    if _ALL_VARIABLES.fullmatch(bare):
        return "one of all variables"
    if _VARIABLES.fullmatch(bare):
        return next((text for text in _TEXTS.findall(bare) if dialects.is_secret_variable(text)), None)
    return dialects.shown_secret(bare)


def judge_bare(text: str) -> Judgement | None:
    """What a bare statement in MySQL's own words does; None for any other."""
    bare = _bare(text)
    if _shows(bare):
        return Judgement(Verdict.READ_ONLY, "MySQL: one statement that only shows something")
    return Judgement(Verdict.MUTATING, "MySQL: it changes the server") if _CHANGES.fullmatch(bare) else None


def _bare(text: str) -> str:
    """The statement on one line without its end. Single spaces come first: a run of them costs its cube otherwise."""
    return _END.sub("", " ".join(text.split()))


def _shows(bare: str) -> bool:
    variables = _VARIABLES.fullmatch(bare) and shown_secret(bare) is None
    return bool(_SHOW.fullmatch(bare) or variables)
