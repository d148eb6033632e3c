"""What a catalog's step runs, in its executor's own terms, and the verdict of the judge for it."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Final

from compiler.placeholders import Blanks
from compiler.proof import filters, http, redis, sql
from compiler.proof.filters import jq
from compiler.proof.kinds import Understood
from compiler.proof.program import Programs
from compiler.proof.proven import Kind
from compiler.section import Section
from incident.digest import Facts, Json
from incident.plan import bind
from incident.verdict import Judgement, Verdict

_METHODS: Final = ("get", "head", "post", "put", "patch", "delete")
ARGV_KINDS: Final = ("docker", "kubernetes", "aws", "nats", "github", "host")
"""The executors whose command is a tool's words."""
COMMAND_KEYS: Final = ("sql", "arguments", "redis", "matching", "pick", *_METHODS, "body", "filters", *ARGV_KINDS)
"""The keys of a step that say what it runs."""
_ANY_HOST: Final = "http://target.example"
_WITH_HOLES: Final = ("path", "body", "redis", "matching")
"""The keys in which ``{name}`` always is a parameter's place. A tool's own words may hold braces of another kind."""
_HOLE: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def command_of(section: Section) -> tuple[str, Facts]:
    """The executor's name and the command: ``sql`` with ``arguments``, a tool's words, or a method's key."""
    named = [key for key in ("sql", "redis", *_METHODS, *ARGV_KINDS) if key in section]
    if len(named) != 1:
        keys = ", ".join(("redis", *_METHODS, *ARGV_KINDS))
        raise section.wrong("sql", f"or one of {keys}: a step runs exactly one command")
    executor, command = _command(section, named[0])
    filters = tuple(tuple(shlex.split(each)) for each in section.texts("filters"))
    return executor, {**command, "filters": [list(each) for each in filters]} if filters else command


def _command(section: Section, key: str) -> tuple[str, Facts]:
    if key in ARGV_KINDS:
        return key, {"argv": list(section.texts(key))}
    if "redis" in section:
        return "redis", _redis_command(section)
    if "sql" in section:
        return "postgres", {"sql": section.text("sql"), "arguments": list(section.texts("arguments"))}
    command: dict[str, Json] = {"method": key.upper(), "path": section.text(key)}
    if pick := section.optional_text("pick"):
        command["pick"] = pick
    if (body := section.mapping("body")) is not None:
        command["body"] = body
    return "http", command


def _redis_command(section: Section) -> Facts:
    """The words; ``matching`` for UNLINK of what a scan finds; ``pick`` for one line of INFO."""
    words = section.texts("redis")
    command: dict[str, Json] = {"redis": list(words)}
    if pick := section.optional_text("pick"):
        if words[:1] != ("INFO",):
            raise section.wrong("pick", "chooses a line of INFO, and this is another command")
        command["pick"] = pick
    if matching := section.optional_text("matching"):
        command["matching"] = matching
    return command


def judged(section: Section, executor: str, command: Facts, values: Mapping[str, int | str]) -> tuple[Judgement, Facts]:
    """The judge's verdict, and the command in the form that may run: a bounded one where the judge makes it so."""
    missing = sorted(places(command) - values.keys())
    if missing:
        raise section.wrong(
            "sql" if executor == "postgres" else "parameters", f"uses {missing[0]}, which no parameter is"
        )
    if (no_filter := _refused_filter(command)) is not None:
        return no_filter, command
    if executor == "postgres":
        judgement = sql.judge(str(command["sql"]))
        return judgement, {**command, "sql": judgement.rewrite or command["sql"]}
    if executor == "redis":
        return _judged_words(bind(command, values)), command
    if executor in ARGV_KINDS:
        return _judged_argv(executor, bind(command, values)), command
    return _judged_request(bind(command, values)), command


def _judged_words(command: Facts) -> Judgement:
    listed = command["redis"]
    words = [str(word) for word in listed] if isinstance(listed, list | tuple) else []
    return redis.judge_matching(words, str(command["matching"])) if "matching" in command else redis.judge(words)


def _refused_filter(command: Facts) -> Judgement | None:
    """Why the whole is refused, when what stands behind the pipe is no filter."""
    chain = command.get("filters")
    listed = chain if isinstance(chain, list) else []
    parsed = (filters.parse([str(word) for word in each]) for each in listed if isinstance(each, list))
    return next((each for each in parsed if isinstance(each, Judgement)), None)


def _judged_argv(executor: str, command: Facts) -> Judgement:
    """The judge's verdict for a tool's words."""
    listed = command["argv"]
    argv = [str(word) for word in listed] if isinstance(listed, list) else []
    understood = Programs(blanks=Blanks(), line=_no_line).understand(argv) if argv else None
    if understood is None or understood.executor != executor:
        return Judgement(Verdict.REFUSED, f"this is no command for {executor}")
    return understood.judgement


def _no_line(text: str) -> Understood:
    """A catalog holds words; a line that a shell would have to read is none of its commands."""
    return Understood(kind=Kind.SHELL, judgement=Judgement(Verdict.REFUSED, f"{text[:40]} is a line for a shell"))


def _judged_request(command: Facts) -> Judgement:
    body = command.get("body")
    text = None if body is None else json.dumps(body)
    judgement = http.judge(http.Request(str(command["method"]), f"{_ANY_HOST}{command['path']}", body=text))
    chosen = jq.parse(str(command["pick"])) if "pick" in command else None
    if isinstance(chosen, Judgement):
        return chosen
    if not str(command["path"]).startswith("/"):
        return Judgement(Verdict.REFUSED, "a path starts with /")
    return judgement


def places(command: Facts) -> set[str]:
    """The names of the parameters that a command has a place for."""
    arguments = command.get("arguments")
    used = {str(name) for name in arguments} if isinstance(arguments, list) else set()
    return used | {name for key in _WITH_HOLES if key in command for name in _holes(command[key])}


def _holes(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield from _HOLE.findall(value)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _holes(part)
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _holes(part)
