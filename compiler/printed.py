"""What is shown to be read: output, configuration, logs, queries of a log service, drawings, prose. Nobody runs it."""

import re
from typing import Final

from compiler.proof.word_list import word_list
from compiler.redis_text import WORDS as REDIS_WORDS
from compiler.sql_text import is_statement

PROSE: Final = word_list(
    """
    a an and any are as be been before after by can do does for from has have if in into is it its not of on only
    or our should so sure than that the their then there these they this to until was we were when which will with
    you your
    """
)
ASSIGNED: Final = re.compile(r"(?:export\s+)?[A-Za-z_]\w*=(?!.*(?:\$\(|`)).*")
_WORD: Final = re.compile(r"[A-Za-z0-9_./~$\"'{<][^\s;|&()]*")
INSIGHTS: Final = re.compile(
    r"\|?\s*(?:fields\s+@?\w|filter\s+(?:@|\w+\s*(?:=|like\b|in\b|not\b))|stats\s+\w+\s*\(|sort\s+@?\w+\s+(?:asc|desc)\b"
    r"|parse\s+@?\w+\s+|dedup\s+\w|display\s+@?\w|limit\s+\d+\s*$|unmask\s+\w)"
)
CRON: Final = re.compile(
    r"\s*(?:@(?:reboot|hourly|daily|midnight|weekly|monthly|yearly|annually)|(?:[\d*/,-]+\s+){4}[\d*/,A-Za-z-]+)\s+\S"
)
ALIAS: Final = re.compile(r"\s*(?:alias|abbr)\s+(?:-\w+\s+)*[\w.:-]+[= ]")
KEY: Final = re.compile(r"(?:-\s+)?[\"']?[A-Za-z_@][\w./-]*[\"']?\s*:(?:\s|$)(?!//)")
_COLUMNS: Final = re.compile(r"[A-Z][\w%/-]*(?:(?: [\w%/-]+)*(?: {2,}|\t)[\w%(/-]+.*)+")
_ROW: Final = re.compile(
    r"[^\s'\"#]+(?: [^\s'\"#-][^\s'\"#]*)*(?: {2,}[^\s'\"#-][^\s'\"#]*(?: [^\s'\"#-][^\s'\"#]*)*){2,}"
)
"""A row of a table of three columns and more; a command's words have one blank between them, or are options."""
_LOG: Final = re.compile(
    r"\[?(?:\d{4}-\d\d-\d\d[T ]|\d\d:\d\d:\d\d\b|\d{1,3}(?:\.\d{1,3}){3}\s)|(?:[A-Z][a-z]{2} +\d+ \d\d:\d\d)"
    r"|[\w-]+\.[a-z]{1,4}:\d+[\]:]"
    r"|(?:TRACE|DEBUG|INFO|WARN(?:ING)?|ERROR|FATAL|CRITICAL)\b[: \[]"
)
_FIELD: Final = re.compile(r"[a-z]\w*:(?!//)[^\s'\"]+")
"""`role:master`, as Redis lists its facts."""
_DRAWN: Final = re.compile(r"[│├└┌┐┘─┬┴┼╔╗╚╝║═▶►◄▲▼→←↑↓]|^\s*(?:\+-{2,}|\|.*\||[|`]--|-+>|={3,}|-{3,}|\*{3,}|#{3,}$)")
METRICS: Final = re.compile(
    r"[a-z_:][\w:]*\s?\((?!\s*\))|[a-zA-Z_:][\w:]*\{\s*\w+\s*[=!]|\{\s*\w+\s*(?:=~?|!=|!~)\s*\""
    r"|(?:sum|avg|min|max|count|topk|bottomk|quantile)\s+(?:by|without)\s*\("
    r"|[a-z][a-z0-9]*(?:_[a-z0-9]+)*_(?:total|bytes|seconds|count|sum|bucket|ratio|info|percent)(?:\s*[<>=!*/+-].*)?$"
)
"""A question to Prometheus or Loki, which no shell understands."""
_OUTPUT: Final = re.compile(
    r"(?:the\s+)?(?:(?:expected|example|sample|typical|actual|normal|healthy)\s+)*"
    r"(?:output|response|result|returns?|prints?|shows?)s?(?:\s+(?:is|are|looks? like|should be|will be).*)?\s*:?",
    re.IGNORECASE,
)
_SEEN: Final = re.compile(
    r"\b(?:you(?:['’]ll| will| should| may| might| can)?(?: also| then| now)? see|looks?(?: something)? like"
    r"|looking for"
    r"|(?:something|similar) (?:like|to)|(?:following|this) (?:error|output|message)s?|(?:sample|example|the) output)\b"
    r"[^.:]{0,120}:$",
    re.IGNORECASE,
)
_TOLD: Final = re.compile(r"\b(?:run|running|execute|using|use|commands?|type|issue)\b", re.IGNORECASE)
_NEAR: Final = 200
"""Characters at the end of a sentence that say what comes below it."""


def is_shown(line: str) -> bool:
    """Whether a line is output, configuration, a query, a drawing or prose: shown to be read, not to be run."""
    if any(shape.match(line) for shape in (CRON, ALIAS, INSIGHTS, KEY, _LOG)) or _DRAWN.search(line):
        return True
    if not _WORD.match(line) or _COLUMNS.fullmatch(line) or _ROW.fullmatch(line.strip()):
        return True
    if re.match(r"[\w.]+\s+=\s|>>> |\.\.\.(?: |$)", line):
        return True
    words = line.split()
    if words[0].rstrip(".)").isdecimal() or (len(words) == 1 and _FIELD.fullmatch(line)):
        return True
    if line[0].isupper() and len(words) > 1 and not ASSIGNED.fullmatch(line) and not is_statement(line):
        return not (words[0].isupper() and words[0] in REDIS_WORDS)
    return len(words) > 3 and line.rstrip().endswith((".", ":")) and not PROSE.isdisjoint(words)


def announces_output(comment: str) -> bool:
    """Whether a comment says that what stands below it is what a command prints: `# Expected output:`."""
    return bool(_OUTPUT.fullmatch(comment.strip()))


def shows_output(sentence: str) -> bool:
    """Whether a sentence says so of the block below it: *You will see something like this:*."""
    near = sentence[-_NEAR:].rstrip()
    if not near.endswith(":"):
        return announces_output(sentence)
    said = near.rsplit(". ", 1)[-1]
    return announces_output(sentence) or (_SEEN.search(said) is not None and not _TOLD.search(said))
