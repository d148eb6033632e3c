"""Words in capitals that stand for a value by convention: `docker restart CONTAINER`. To a tool they are real names."""

import re
from typing import Final

from compiler.found import Found
from compiler.proof.proven import Kind
from compiler.proof.word_list import word_list

_THINGS: Final = word_list(
    """
    ACCOUNT ADDRESS APP APPLICATION ARN BRANCH BUCKET CHART CLUSTER COMMIT CONTAINER DATABASE DBNAME DEPLOYMENT DIR
    DIRECTORY DISTRIBUTION DOMAIN ENDPOINT FILE FILENAME FUNCTION GROUP HASH HOST HOSTNAME ID IDENTIFIER IMAGE INSTANCE
    IP JOB NAME NAMESPACE NODE NODENAME PID POD QUEUE RELEASE REPLICA REPO REPOSITORY RESOURCE REVISION SERVER SERVICE
    SHA SNAPSHOT STACK STREAM TABLE TAG TASK TOPIC USER USERNAME UUID VERSION VOLUME
    """
)
"""What a blank is of: the word itself, or the last one of several (`POD_NAME`)."""
_BY_ITSELF: Final = _THINGS - word_list("ADDRESS ARN GROUP HASH ID IDENTIFIER IP NAME SHA UUID")
"""Of these a word alone could be a column or a field; with another before it, it is a blank."""
_CROSSED: Final = re.compile(r"X{3,}")
_WORD: Final = re.compile(
    r"(?<![\w$.{:=,%@#+-])[A-Z][A-Z0-9]*(?:[_-][A-Z][A-Z0-9]*)*(?=[\s/'\"]|$)"
    r"|(?<=[a-z]=)[A-Z][A-Z0-9]*(?:[_-][A-Z][A-Z0-9]*)*(?=\s|$)"
)
_SAID: Final = re.compile(r"'[^']*'|\"[^\"]*\"|\{\{[^{}]*\}\}|\$\([^()]*\)|<[^<>\n]*>|\s#\s[^\n]*")
"""Sentences of another language between quotes, templates, blanks with a mark, and comments."""
_SEARCHED: Final = re.compile(
    r"(?:^|\|)\s*(?:sudo\s+)?(?:e|f|z)?grep\b[^|]*|(?:^|\|)\s*(?:awk|sed|jq|sort|cut|tr)\b[^|]*"
)
_NAMED_SO: Final = re.compile(
    r"\b(?:printenv|unset|export|getenv|setenv|echo|config(?:ure|:\w+)?|env|secrets?|variables?|vars)\b"
    r"|(?:^|\s)(?:-e|--env|-o|--output|--format|--\w*-?(?:type|types|class|mode|state|status|columns?|fields?))[\s=]"
)
"""What takes the names of variables, of columns or one of a list of words, which are written so."""
_SHELL: Final = frozenset(Kind) - {Kind.SQL, Kind.REDIS}
_CONNECTS: Final = re.compile(r"(?:^|\s)(?:-h|--host(?:name)?|-U|--username|-d|--dbname)[\s=]+\S+")


def unmarked(found: Found) -> tuple[str, ...]:
    """The words of a command that are blanks only by their capitals, each once, in their order."""
    text = _SEARCHED.sub("", _SAID.sub(_without_sentence, found.text))
    parts = [text] if found.proof.kind in _SHELL else [each[0] for each in _CONNECTS.finditer(text)]
    words = (match[0] for part in parts for match in _WORD.finditer(_NAMED_SO.split(part)[0]))
    known = {parameter.name for parameter in found.proof.parameters}
    return tuple(dict.fromkeys(word for word in words if _is_blank(word) and word.lower() not in known))


def _without_sentence(said: re.Match[str]) -> str:
    """One word between quotes is a word all the same."""
    return said[0] if said[0][0] in "'\"" and not re.search(r"\s", said[0]) else " "


def marked(found: Found, words: tuple[str, ...]) -> str:
    """The command with these words as blanks that nobody takes for a value."""
    each_word = re.compile(rf"(?<![\w$])(?:{'|'.join(map(re.escape, words))})(?!\w)")
    if found.proof.kind in _SHELL:
        return each_word.sub(_mark, found.text)
    return _CONNECTS.sub(lambda option: each_word.sub(_mark, option[0]), found.text)


def _mark(word: re.Match[str]) -> str:
    name = word[0].lower().replace("-", "_") if word[0].strip("X") else "value"
    return f"{{{{{name}}}}}"


def _is_blank(word: str) -> bool:
    *before, last = re.split(r"[_-]", word)
    return bool(_CROSSED.fullmatch(word)) or last in (_THINGS if before else _BY_ITSELF)
