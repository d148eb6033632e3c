"""What a catalog's step runs, in its executor's own terms, and the verdict of the judge for it."""

import json
import re
from collections.abc import Mapping
from typing import Final

from compiler.proof import http, jq, redis, sql
from compiler.section import Section
from incident.digest import Facts, Json
from incident.plan import bind
from incident.verdict import Judgement, Verdict

_METHODS: Final = ("get", "head", "post", "put", "patch", "delete")
_ANY_HOST: Final = "http://target.example"
_HOLE: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def command_of(section: Section) -> tuple[str, Facts]:
    """The executor's name and the command: ``sql`` with ``arguments``, the words of ``redis``, or a method's key."""
    methods = [method for method in _METHODS if method in section]
    if ("sql" in section) + ("redis" in section) + len(methods) != 1:
        raise section.wrong("sql", f"or “redis” or one of {', '.join(_METHODS)}: a step runs exactly one command")
    if "redis" in section:
        return "redis", _redis_command(section)
    if "sql" in section:
        return "postgres", {"sql": section.text("sql"), "arguments": list(section.texts("arguments"))}
    command: dict[str, Json] = {"method": methods[0].upper(), "path": section.text(methods[0])}
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
    missing = sorted(_used(command) - values.keys())
    if missing:
        raise section.wrong(
            "sql" if executor == "postgres" else "parameters", f"uses {missing[0]}, which no parameter is"
        )
    if executor == "postgres":
        judgement = sql.judge(str(command["sql"]))
        return judgement, {**command, "sql": judgement.rewrite or command["sql"]}
    if executor == "redis":
        return _judged_words(bind(command, values)), command
    return _judged_request(bind(command, values)), command


def _judged_words(command: Facts) -> Judgement:
    listed = command["redis"]
    words = [str(word) for word in listed] if isinstance(listed, list | tuple) else []
    return redis.judge_matching(words, str(command["matching"])) if "matching" in command else redis.judge(words)


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


def _used(command: Facts) -> set[str]:
    """The names of the parameters that a command takes."""
    arguments = command.get("arguments")
    used = {str(name) for name in arguments} if isinstance(arguments, list) else set()
    path, body, words = command.get("path"), command.get("body"), command.get("redis")
    used |= {hole for part in str(path or "").split("/") if (hole := _hole(part))}
    keys = [*(words if isinstance(words, list) else ()), command.get("matching", "")]
    used |= {hole for key in keys for part in str(key).split(":") if (hole := _hole(part))}
    if isinstance(body, Mapping):
        used |= {hole for value in body.values() if (hole := _hole(value))}
    return used


def _hole(part: Json) -> str | None:
    match = _HOLE.fullmatch(part) if isinstance(part, str) else None
    return match[1] if match else None
