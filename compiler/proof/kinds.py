"""Which judge understands a program, and what its command line is in the terms of the executor that would run it."""

import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct, field

from compiler.placeholders import Blanks
from compiler.proof import host, http, redis, sql, tools
from compiler.proof.http import curl, httpie, wget
from compiler.proof.http.secrets import is_credential_header
from compiler.proof.named import named
from compiler.proof.proven import Kind
from compiler.proof.sql.bound import bind, with_values
from incident.digest import Facts, Json
from incident.verdict import Judgement, Verdict


class Understood(Struct, frozen=True, kw_only=True):
    """One program's command line: what it does, and what would run it."""

    kind: Kind
    judgement: Judgement
    executor: str | None = None
    command: Facts = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    kept_as: str = ""


_TO_PGBOUNCER: Final[Callable[[str], Judgement | None]] = named("sql.pgbouncer:judge_bare")
_SHELLED: Final = re.compile(r"pg_|.*/|.*\.sh$|(?:ba|z|k|da|)sh$")
_URL_REFERENCE: Final = re.compile(r"(\$\w+)(?=/|\?|:|$)", re.ASCII)
_NAMES_WHO: Final = frozenset({"-u", "--user", "--oauth2-bearer"})
"""Options of curl whose value names who asks, and no server."""
_PLAIN_HEADERS: Final = frozenset({"accept", "content-type", "user-agent"})


def understand(argv: Sequence[str], blanks: Blanks) -> Understood:
    """What is known of a program with its words, `argv[0]` being its name without a path. Never raises."""
    if tools.says_version(argv):
        version = Judgement(Verdict.READ_ONLY, f"shows the version of {argv[0]}")
        return Understood(kind=kind_of(argv[0]) or Kind.OTHER, judgement=version)
    if reader := _CLIENTS.get(argv[0]):
        return reader(argv, blanks)
    if tools.is_script(argv):
        return _SCRIPT(argv, blanks)
    if judgement := tools.judge(argv):
        return Understood(kind=Kind.SHELL if _SHELLED.match(argv[0]) else Kind.OTHER, judgement=judgement)
    if host.knows(argv[0]):
        return _HOST(argv, blanks)
    unknown = f"{argv[0]} is no program that is known here: its effect is not analysed"
    return Understood(kind=Kind.SHELL, judgement=Judgement(Verdict.MUTATING, unknown))


def kind_of(program: str) -> Kind | None:
    """The kind of a known client; None for a tool of the host, and for everything else."""
    return _KINDS.get(program)


def understand_sql(text: str, blanks: Blanks, names: Mapping[str, str] | None = None) -> Understood:
    """One SQL statement, with its blanks bound."""
    if to_the_pool := _TO_PGBOUNCER(text):
        return Understood(kind=Kind.SQL, judgement=to_the_pool, names=names or {})
    bound = bind(text, blanks)
    judgement = sql.judge(bound.text)
    return Understood(
        kind=Kind.SQL,
        judgement=judgement,
        executor="postgres" if bound.whole else None,
        command={"sql": judgement.rewrite or bound.text, "arguments": list(bound.arguments)},
        names=names or {},
    )


def understand_redis(words: Sequence[str], names: Mapping[str, str] | None = None) -> Understood:
    """One Redis command as its words."""
    return Understood(
        kind=Kind.REDIS,
        judgement=redis.judge(words),
        executor="redis",
        command={"redis": list(words)},
        names=names or {},
    )


def _psql(argv: Sequence[str], blanks: Blanks) -> Understood:
    command = sql.from_psql(argv)
    if isinstance(command, Judgement):
        return Understood(kind=Kind.SQL, judgement=command)
    statement = with_values(command.statement, command.arguments) if command.arguments else command.statement
    return understand_sql(statement, blanks, dict(command.target))


def _redis_cli(argv: Sequence[str], _: Blanks) -> Understood:
    command = redis.from_cli(argv)
    judgement = redis.judge_cli(argv)
    if isinstance(command, Judgement):
        return Understood(kind=Kind.REDIS, judgement=judgement)
    if command.sampling:
        return Understood(kind=Kind.REDIS, judgement=judgement, names=dict(command.target))
    return Understood(
        kind=Kind.REDIS,
        judgement=judgement,
        executor="redis",
        command={"redis": list(command.words)},
        names=dict(command.target),
    )


def _fetch(argv: Sequence[str], blanks: Blanks) -> Understood:
    """curl or wget: the request, apart from the server it goes to."""
    words = [argv[0], *(w if before in _NAMES_WHO else _spelled(w, blanks) for before, w in pairwise(argv))]
    parser, judge = (curl.parse, curl.judge) if argv[0] == "curl" else (wget.parse, wget.judge)
    request, judgement = parser(words), judge(words)
    if isinstance(request, Judgement) or judgement.verdict is Verdict.REFUSED:
        return Understood(kind=Kind.HTTP, judgement=judgement)
    if objection := _glued_host(request.url, blanks):
        return Understood(kind=Kind.HTTP, judgement=Judgement(Verdict.REFUSED, objection))
    return _request(request, judgement, blanks)


def _httpie(argv: Sequence[str], blanks: Blanks) -> Understood:
    words = httpie.as_curl(argv)
    return Understood(kind=Kind.HTTP, judgement=words) if isinstance(words, Judgement) else _fetch(words, blanks)


def _request(request: http.Request, judgement: Judgement, blanks: Blanks) -> Understood:
    url = urlsplit(request.url)
    names = {"url": f"{url.scheme}://{url.netloc}"}
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    command: dict[str, Json] = {"method": request.method, "path": path}
    body = _body(request.body, blanks)
    if body is not None:
        command["body"] = body
    credentials = [value for name, value in request.headers if is_credential_header(name.lower())]
    if credentials:
        names["credential"] = credentials[-1]
    plain = all(name.lower() in _PLAIN_HEADERS or is_credential_header(name.lower()) for name, _ in request.headers)
    said = plain and len(credentials) <= 1 and (request.body is None or body is not None)
    return Understood(
        kind=Kind.HTTP, judgement=judgement, executor="http" if said else None, command=command, names=names
    )


def _body(text: str | None, blanks: Blanks) -> Json:
    """A JSON body as a value; None when there is none or it is none. A blank may stand in it without quotes."""
    for blank in blanks.within(text or ""):
        text = re.sub(rf"(:\s*|[\[,]\s*){re.escape(blank.sample)}(\s*[,}}\]])", rf'\1"{blank.sample}"\2', text or "")
    try:
        value = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _spelled(word: str, blanks: Blanks) -> str:
    """A URL that begins with a variable (`$API_URL/health`), with a sample of a server in its place."""
    match = _URL_REFERENCE.match(word)
    if match is None:
        return word
    sample = f"http://x{len(blanks.by_name) + 1}x.example"
    return blanks.sample_of(match[1].lstrip("$"), match[1], sample=sample) + word[match.end() :]


def _glued_host(url: str, blanks: Blanks) -> str | None:
    """Why a blank may not be part of the name of a server in this way: it could spell any other."""
    server = urlsplit(url).netloc
    for blank in blanks.within(server):
        before, _, after = server.partition(blank.sample)
        if (before and before[-1] not in ".-:") or (after and after[0] not in ".-:"):
            return f"{blank.written} is glued to other letters of the server's name: it could spell any server"
    return None


def _with_argv(kind: Kind, executor: str | None, judge: Callable[[Sequence[str]], Judgement]) -> "_Reader":
    # A command is judged as it is found, and again as its catalog is loaded.
    judged = lru_cache(maxsize=512)(judge)

    def read(argv: Sequence[str], _: Blanks) -> Understood:
        judgement = judged(tuple(argv))
        words = _bounded(judgement, argv)
        return Understood(
            kind=kind, judgement=judgement, executor=executor, command={"argv": words}, names=_target(argv)
        )

    return read


def _bounded(judgement: Judgement, argv: Sequence[str]) -> list[str]:
    """The words that would run: the judge's bounded form where it gives one."""
    try:
        return shlex.split(judgement.rewrite) if judgement.rewrite else list(argv)
    except ValueError:
        return list(argv)


_TARGETS: Final = {
    "-n": "namespace", "--namespace": "namespace", "--context": "context", "--region": "region", "--cluster": "cluster",
    "-R": "repo", "--repo": "repo", "--server": "server", "-s": "server", "-p": "project", "--project-name": "project",
}  # fmt: skip
_TARGETS_OF: Final = {
    "kubectl": ("-n", "--namespace", "--context"),
    "aws": ("--region",),
    "gh": ("-R", "--repo"),
    "nats": ("-s", "--server", "--context"),
    "docker": ("--context", "-p", "--project-name"),
    "docker-compose": ("-p", "--project-name"),
}


def _target(argv: Sequence[str]) -> dict[str, str]:
    """The place that the options name, as it is written."""
    known = _TARGETS_OF.get(argv[0], ())
    found: dict[str, str] = {}
    for position, word in enumerate(argv):
        name, equals, value = word.partition("=")
        if name in known and (equals or position + 1 < len(argv)):
            found[_TARGETS[name]] = value if equals else argv[position + 1]
    return found


_Reader = Callable[[Sequence[str], Blanks], Understood]
_CLIENTS: Final[Mapping[str, _Reader]] = {
    "psql": _psql,
    "redis-cli": _redis_cli,
    "curl": _fetch,
    "wget": _fetch,
    **dict.fromkeys(httpie.TOOLS, _httpie),
    "aws": _with_argv(Kind.AWS, "aws", named("aws:judge")),
    "kubectl": _with_argv(Kind.KUBERNETES, "kubernetes", named("kubernetes:judge")),
    "docker": _with_argv(Kind.DOCKER, "docker", named("docker:judge")),
    "docker-compose": _with_argv(Kind.DOCKER, "docker", named("docker:judge")),
    "nats": _with_argv(Kind.NATS, "nats", named("nats:judge")),
    "nats-server": _with_argv(Kind.NATS, None, named("nats:judge")),
    "nsc": _with_argv(Kind.NATS, None, named("nats:judge")),
    "nk": _with_argv(Kind.NATS, None, named("nats:judge")),
    "helm": _with_argv(Kind.KUBERNETES, None, named("kubernetes.helm:judge")),
    "git": _with_argv(Kind.GIT, None, named("git:judge")),
    "gh": _with_argv(Kind.OTHER, "github", named("git:judge")),
}
_HOST: Final = _with_argv(Kind.SHELL, "host", host.judge)
_SCRIPT: Final = _with_argv(Kind.SHELL, "host", tools.judge_script)
_KINDS: Final = {
    "psql": Kind.SQL, "redis-cli": Kind.REDIS, "curl": Kind.HTTP, "wget": Kind.HTTP,
    **dict.fromkeys(httpie.TOOLS, Kind.HTTP), "aws": Kind.AWS,
    "kubectl": Kind.KUBERNETES, "docker": Kind.DOCKER, "docker-compose": Kind.DOCKER,
    **dict.fromkeys(("nats", "nats-server", "nsc", "nk"), Kind.NATS), "helm": Kind.KUBERNETES,
    "git": Kind.GIT, "gh": Kind.OTHER,
}  # fmt: skip
