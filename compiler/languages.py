"""What the text of a code block is: commands for a shell, SQL, Redis or HTTP requests, or something nobody runs.

The author's tag is heard first, but authors tag loosely: SQL stands in bash fences, settings in sql fences, a shell
line in a python fence. What is neither a command nor tagged as one yields nothing: configuration, output, queries of a
log service, diagrams, programs.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Final

from compiler.consoles import typed
from compiler.printed import ALIAS, ASSIGNED, CRON, INSIGHTS, KEY, METRICS, PROSE, is_shown
from compiler.proof.spellings import KUBECTL
from compiler.proof.word_list import word_list
from compiler.redis_text import WORDS as REDIS_WORDS
from compiler.redis_text import is_said_to_redis
from compiler.sql_shapes import looks_like_sql
from compiler.sql_text import VERBS, is_statement
from compiler.tool_names import CLIENTS, TOOLS


class Language(StrEnum):
    """What would read the block."""

    SHELL = "shell"
    SQL = "sql"
    REDIS = "redis"
    HTTP = "http"
    NONE = "none"
    """Nobody would: it is shown to be read."""


SHELL_TAGS: Final = word_list(
    "bash sh shell zsh ksh dash fish console shell-session shellsession shell-script sh-session bash-session "
    "terminal command commands cmdline cli linux unix"
)
_SQL_TAGS: Final = word_list("sql psql pgsql postgres postgresql plpgsql postgres-console mysql mariadb sqlite tsql")
_REDIS_TAGS: Final = word_list("redis redis-cli rediscli valkey")
_PLAIN_TAGS: Final = word_list("text txt plain plaintext none code raw snippet powershell pwsh ps1 bat batch cmd dos")
_ENGLISH: Final = word_list(
    """
    at batch cat clear command copilot cut date exit false fly fold free go goose halt head hey history host join
    kill kind last less locate locust logger make migrate more node paste pd puppet read render ring route salt
    screen service set sleep sort source split tail tee test time timeout top touch tree true type unset up w wait
    watch which who flux find
    """
)
_ALONE: Final = word_list("top w who date free")
"""English words that are commands where nothing else stands on their line."""
_SQL_SESSION: Final = re.compile(r"\w+[=(\-'\"*!^]+[#>] \S")
_HTTP: Final = re.compile(r"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (?:https?://|/)\S*(?: HTTP/[\d.]+)?")
_PROMPT: Final = re.compile(
    r"^[ \t]*(?:\[[\w.-]+@[^\]\n]*\][$#%]|[\w.-]+@[\w.-]+:?[^\s$#%]*[$#%]|[\w.-]*\$"
    r"|(?:ba)?sh(?:-[\d.]+)?#|[\w./-]+:[~/][^\s$#%]*[$#]|[❯➜]|PS [A-Z]:[^>\n]*>) (?=\S)",
    re.MULTILINE,
)
"""`$ `, `root@db-1:~# `, `[deploy@web ~]$ `, `web-1$ `, `PS C:\\> `: never `# ` alone, which is a comment."""
_PROMPT_ENDS: Final = ("$ ", "# ", "% ", "> ", "❯ ", "➜ ")
_SET_BEFORE: Final = re.compile(r"[A-Za-z_]\w*=")
_SUDO: Final = re.compile(
    r"sudo(?:\s+(?:-[A-Za-z]*[ugpCTRDh]\s+[^-\s]\S*|--(?:user|group)(?:=|\s+)[^-\s]\S*|--?[A-Za-z][\w-]*|--))++(?=\s)"
)
"""`sudo` with what says as whom: `sudo -u postgres -H`."""
_SET_FOR: Final = re.compile(r"(?:[A-Za-z_]\w*=(?:'[^']*'|\"[^\"]*\"|[^\s'\"]*)\s+)+(?P<run>[^\s='\"]+)(?:\s.*)?")
"""`NAME=value program …`: the value is for that program alone."""
_CAPTURE: Final = re.compile(r"(?:export\s+)?[A-Za-z_]\w*=[\"']?.*(?:\$\(|`)")
_AS_ROOT: Final = re.compile(r"\s*(?:[^\s]{0,60}[$#%] )?sudo [\w./~-]")
_KEPT: Final = re.compile(r"(?:(?:export|readonly|local)\s+)?[A-Za-z_]\w*=[\"']?(?:\$\(|`)\s*(?P<command>.+)")
_PROGRAM: Final = re.compile(r"/(?:usr/(?:local/)?|opt/[\w.-]+/)?s?bin/\w|/etc/(?:init|rc)\.d/\S+ +\w|/\S+\.sh(?:\s|$)")
"""The path of a program, by the folders that programs stand in."""
_EMPTIED: Final = re.compile(r">\s*/[\w./-]+")
_REPEATED: Final = re.compile(r"(?:for \w+ in |while |until |if \[).*;\s*(?:do|then)\b")
_SIGNED: Final = re.compile(r"`[^`]+`|! +[a-z./]|\\[a-z]|(?:[;&]|\|\|)+ *[a-z./]|\[+ .* \]+ *[&|]{2}|: *[;&|]")


def language_of(text: str, tag: str) -> Language:
    """What would read a block with this text, tagged so by its author (lower-case, or empty)."""
    lines = _said(text)
    if not lines:
        return Language.NONE
    if tag in _SQL_TAGS:
        return Language.SHELL if any(is_prompted(line) or is_tool_line(line) for line in lines) else Language.SQL
    if tag in _REDIS_TAGS:
        return Language.SHELL if any(is_tool_line(line) for line in lines) else Language.REDIS
    if tag in ("http", "rest") or _HTTP.fullmatch(lines[0]):
        return Language.HTTP
    if all(ASSIGNED.fullmatch(line) and not (line.startswith("export") or sets_for_program(line)) for line in lines):
        return Language.NONE
    if METRICS.match(lines[0]) and not any(is_prompted(line) or is_tool_line(line) for line in lines):
        return Language.NONE
    if tag in SHELL_TAGS:
        return Language.REDIS if is_said_to_redis(lines[0]) and not any(map(is_tool_line, lines)) else Language.SHELL
    if tag and tag not in _PLAIN_TAGS:
        return Language.SHELL if all(is_tool_line(line) for line in lines) else Language.NONE
    return _untagged(lines)


def _untagged(lines: list[str]) -> Language:
    if any(map(is_said_to_redis, lines)) and not any(map(is_tool_line, lines)):
        return Language.REDIS
    if any(_SQL_SESSION.match(line) for line in lines) and not any(map(is_tool_line, lines)):
        return Language.SQL
    if any(is_prompted(line) or is_tool_line(line) or _is_program(line) for line in lines):
        return Language.SHELL
    if is_statement(lines[0]) and looks_like_sql("\n".join(lines)):
        return Language.SQL
    return Language.NONE


def _is_program(line: str) -> bool:
    """Whether a line starts a program by its path, or keeps in a variable what a tool prints."""
    kept = _KEPT.match(line)
    run = " ".join(_words(line))
    if run.startswith("./") or _PROGRAM.match(run) or sets_for_program(line):
        return True
    return kept is not None and is_tool_line(kept["command"])


def sets_for_program(line: str) -> bool:
    """Whether a line sets variables for the program that it starts: `RAILS_ENV=production bin/tootctl …`."""
    found = _SET_FOR.fullmatch(line.strip())
    return found is not None and ("/" in found["run"][1:] or is_tool_line(line[found.start("run") :]))


def _said(text: str) -> list[str]:
    """The lines that are neither blank nor a comment of any language."""
    lines = (line.strip() for line in text.split("\n"))
    return [line for line in lines if line and not line.startswith(("#", "//", "--"))]


def is_prompted(line: str) -> bool:
    """Whether a line was typed at a prompt."""
    return _PROMPT.match(line) is not None or typed(line) is not None


def tags_a_shell(tag: str) -> bool:
    """Whether the author tagged a block as lines for a shell."""
    return tag in SHELL_TAGS


@lru_cache(maxsize=256)
def is_tool_line(line: str) -> bool:
    """Whether a line begins with a tool and goes on as its command line would: `docker ps`, `sudo systemctl …`."""
    words = _words(line)
    if words and _AS_ROOT.match(line):
        return PROSE.isdisjoint(words)
    if not words or KEY.match(line) or not (words[0] in TOOLS or _is_short_for_kubectl(words)):
        return False
    if len(words) == 1:
        return words[0] in CLIENTS | _ALONE or words[0] not in _ENGLISH
    if words[1] in ("=", ":", "=>", "==", ":=") or words[1].startswith(("(", "=")):
        return False
    return not (words[0] in _ENGLISH and not PROSE.isdisjoint(words[1:]))


def _is_short_for_kubectl(words: Sequence[str]) -> bool:
    return words[0] == "k" and not KUBECTL.isdisjoint(words[1:4])


@lru_cache(maxsize=256)
def _words(line: str) -> tuple[str, ...]:
    """The words of a line without what stands before the tool: a prompt, `sudo`, assignments."""
    may_be_prompted = any(map(line.__contains__, _PROMPT_ENDS))
    typed = _PROMPT.sub("", line, count=1) if may_be_prompted else line
    typed = _SUDO.sub("sudo", typed, count=1) if "sudo -" in typed else typed
    words = tuple(typed.replace("; ", " ; ", 1).split())
    while words and (words[0] in ("sudo", "time", "nohup", "exec", "command") or _SET_BEFORE.match(words[0])):
        if len(words) == 1:
            break
        words = words[1:]
    return words


def is_written_for_a_shell(text: str, *, tagged: bool) -> bool:
    """Whether a line, signed or not (`! reboot`), is a command; without a tag it must begin with a tool or a path."""
    first = text.lstrip().split("\n", 1)[0]
    parts = re.split(r"&&|[|;]", first) if _SIGNED.match(first) else ()
    signed = any(tagged or is_tool_line(part.strip("`!&\\ ")) for part in parts)
    if signed or _EMPTIED.fullmatch(first) or _REPEATED.match(first):
        return True
    if first[:1] in "({" and any(is_tool_line(line.strip(" (){};")) for line in text.split("\n")):
        return True
    if is_tool_line(first):
        return not (CRON.match(first) or ALIAS.match(first) or INSIGHTS.match(first))
    if _CAPTURE.match(first):
        return True
    if is_shown(first):
        return False
    begins_with_path = re.match(r"(?:\.{0,2}/|~/|\$HOME/)[\w.-]", " ".join(_words(first)))
    return tagged or begins_with_path is not None or sets_for_program(first)


def with_plain_prompts(text: str) -> str:
    """The text with the prompt of every shell as `$ `, line for line."""
    return _PROMPT.sub("$ ", text)


def holds_commands(text: str) -> bool:
    """Whether any line was typed at a prompt or begins with a tool's name."""
    return any(is_prompted(line) or is_tool_line(line) for line in _said(text))


def http_line(line: str) -> str | None:
    """The request that a line of an HTTP block begins: `GET /health`; None for its headers and its body."""
    return line.strip() if _HTTP.fullmatch(line.strip()) else None


_UNKNOWN_TOOL: Final = re.compile(
    r"[a-z][a-z0-9]+(?:-[a-z0-9]+)*(?: (?:[\w./:@=,%+*<>{}$-]+|'[^']*'|\"[^\"]*\"))*? -{1,2}[A-Za-z][\w-]*(?:[ =|].*)?"
)
"""Words that begin like a program's name and have an option, whoever's program it is: `lpstat -W all -o`."""
_FRAGMENT: Final = 2
"""So many words may be a part of a command that is talked about: `logs -f`."""
_INLINE_SCRIPT: Final = re.compile(r"(?:\.{1,2}|~)/[\w./{}<>$-]*\w(?:\s.*)?", re.DOTALL)


def is_inline_command(text: str, about_redis: bool) -> bool:
    """Whether code inside a sentence is a command, and no name of a tool, file, setting, metric, path or column."""
    said = text.strip()
    words = _words(said)
    if not words:
        return False
    if (kept := _KEPT.match(said)) is not None:
        return is_tool_line(kept["command"])
    if _INLINE_SCRIPT.fullmatch(said):
        return not said.endswith((".md", ".yml", ".yaml", ".json", ".conf", ".log", ".env", ".txt", ".tf", ".sql"))
    if words[0].upper() in VERBS and words[0] not in TOOLS and looks_like_sql(said):
        return True
    if about_redis and words[0].isupper() and words[0] in REDIS_WORDS:
        return len(words) > 1 or words[0] in ("FLUSHALL", "FLUSHDB", "DBSIZE", "PING", "INFO", "BGSAVE", "SAVE")
    if said.startswith("sudo ") or (len(words) > _FRAGMENT and _UNKNOWN_TOOL.fullmatch(said)):
        return True
    if (len(words) == 1 and not said.startswith(("reboot", "poweroff"))) or not is_tool_line(said):
        return False
    return words[0] not in _ENGLISH or bool(re.search(r"\s-|[/|.:$<]|\s\d", said)) or words[0] in ("make", "service")
