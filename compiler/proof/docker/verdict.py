"""docker's command line, read without running it: what it would do, and the command that `exec` carries.

The engine's socket is the machine's root, so nothing that is not understood whole is let through: every command is
known by its long form, every option by its full name, and a plug-in other than Compose by nothing.
"""

from collections.abc import Sequence

from compiler.proof import go_flags
from compiler.proof.carrier import Carried
from compiler.proof.docker import api as docker_api
from compiler.proof.docker import changes as docker_changes
from compiler.proof.docker import compose
from compiler.proof.docker import reads as docker_reads
from compiler.proof.docker.options import CHANGES, READS, REFUSED
from compiler.proof.docker.words import OPTIONS_FIRST, opened, path_of
from compiler.proof.go_flags import Line, Option, Refused
from compiler.proof.object_names import is_name
from compiler.proof.shown import rewritten
from incident.verdict import Judgement, Verdict

judge_api = docker_api.judge
_EXEC = go_flags.flags(switches="interactive=i tty=t", values="user=u workdir=w") | go_flags.refuse(
    {
        "it goes on without anybody who sees how it ends": "detach=d",
        "it takes more rights than the container has": "privileged",
        "its environment belongs to the container": "env=e env-file",
        "it is for a person at a terminal": "detach-keys",
    }
)
_REPEATABLE = ("filter", "platform", "debug")


def judge(argv: Sequence[str]) -> Judgement:
    """The verdict for a docker or docker-compose command line, `argv[0]` being the tool's word. Never raises."""
    try:
        options, words = opened(argv)
        if words is None:
            return Judgement(Verdict.READ_ONLY, "shows the version of docker")
        if words[:1] == ["compose"]:
            return compose.judge(words[1:], prefix=[*_prefix(argv, options)])
        return _judged(options, words)
    except Refused as fault:
        return _refused(str(fault))


def unwrap(argv: Sequence[str]) -> Carried | Judgement | None:
    """The command that `docker exec C …` or `docker compose exec S …` carries; a refusal when it cannot be told.

    None for every other command. The names are `container` (or `service`, `file` and `project`), `context`, `user`
    and `folder` where they are given, and `interactive` when a terminal or input was asked for.
    """
    try:
        options, words = opened(argv)
        named = Line(options=tuple(options)).one("context")
        context = {"context": named} if named else {}
        if words is None:
            return None
        if words[:1] == ["compose"]:
            return compose.unwrap(words[1:], context)
        path, rest = path_of(words)
        return _carried(go_flags.read(rest, _EXEC, interspersed=False), context) if path[-1:] == ("exec",) else None
    except Refused as fault:
        return _refused(str(fault)) if "exec" in argv else None


def _prefix(argv: Sequence[str], options: Sequence[Option]) -> list[str]:
    return ["docker-compose"] if argv[0] == "docker-compose" else ["docker", *(o.written for o in options), "compose"]


def _judged(options: Sequence[Option], words: Sequence[str]) -> Judgement:
    path, rest = path_of(words)
    path = ("image", "build") if path in (("builder", "build"), ("buildx", "build")) else path
    path = ("builder", "prune") if path == ("buildx", "prune") else path
    if reason := REFUSED.get(path):
        raise Refused(reason)
    if path not in READS and path not in CHANGES:
        raise Refused(f"{' '.join(path)[:40]!r} is no command of docker: it may be a plug-in")
    known = READS[path] if path in READS else CHANGES[path][1]
    line = go_flags.read(rest, known, interspersed=path not in OPTIONS_FIRST)
    if path in CHANGES:
        return Judgement(Verdict.MUTATING, docker_changes.effect(path, line))
    if twice := line.repeated(_REPEATABLE):
        raise Refused(f"--{twice} is given twice, and only one counts")
    shown = docker_reads.show(path, line)
    start = ["docker", *(option.written for option in options)]
    command = words[: len(words) - len(rest)]
    return Judgement(Verdict.READ_ONLY, shown.reason, rewritten(start, command, line, shown))


def _carried(line: Line, context: dict[str, str]) -> Carried | Judgement:
    words = (*line.operands, *(line.rest or ()))
    if len(words) < 2 or not is_name(words[0]):
        return _refused("it names no container, or no command to run there")
    chosen = {"user": line.one("user"), "folder": line.one("workdir")}
    names = {"container": words[0], **context} | {name: value for name, value in chosen.items() if value}
    if line.on("interactive") or line.on("tty"):
        names["interactive"] = "yes"
    return Carried(via="docker", argv=words[1:], names=names)


def _refused(reason: str) -> Judgement:
    return Judgement(Verdict.REFUSED, f"docker: {reason}")
