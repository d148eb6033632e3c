"""One approved change on an engine: containers found, named by their whole ids, and acted on one after the other."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from bot.executors.docker.client import Engine, Reply, segment
from bot.executors.docker.find import Container, id_of, named, of_services
from bot.executors.docker.logs import Unframed, text_of_stream
from bot.executors.docker.rows import member, name_of
from bot.executors.tool.answer import Answer, Denied, EndedBadly, NotAllowed, Run, Unanswered, text_of
from compiler.proof.carrier import Carried
from compiler.proof.docker.words import Command
from incident.digest import Json
from incident.finding import OutcomeState

_DONE: Final[Mapping[str, str]] = {
    "restart": "restarted",
    "start": "started",
    "stop": "stopped",
    "kill": "killed",
    "pause": "frozen",
    "unpause": "let go on",
}
_ALREADY: Final = 304
_OWN_FAULT: Final = 500
"""From here on the engine, or a gateway before it, failed on the way: a container may be stopped and not started."""


class Change(Struct, frozen=True, kw_only=True):
    """An action on containers, with what the engine is told beside it."""

    action: str
    command: Command
    project: str | None

    @property
    def query(self) -> dict[str, str]:
        """The signal, and the seconds to wait before a container is killed."""
        line = self.command.line
        seconds = line.one("timeout") or line.one("time")
        signal = line.one("signal")
        return ({"t": seconds} if seconds else {}) | ({"signal": signal} if signal else {})


def change_of(command: Command, project: str | None) -> Change:
    """The change that a command is. Raises NotAllowed when it is none."""
    if command.path[0] not in ("container", "compose") or command.path[-1] not in _DONE:
        raise NotAllowed(f"Nothing was sent: Muster does not ask the engine for “{command.name}”.")
    return Change(action=command.path[-1], command=command, project=project)


async def touched(engine: Engine, change: Change) -> list[Container]:
    """The containers that the change is for. Raises Denied or Unanswered."""
    names = change.command.line.operands
    if change.command.path[0] == "compose":
        return await of_services(engine, change.command, change.project, names)
    return await named(engine, names)


async def apply(engine: Engine, change: Change, run: Run) -> Answer:
    """Act on each container. Raises Denied before the first is touched, Unanswered when it ends in between."""
    done: list[str] = []
    for container in await touched(engine, change):
        run.sent = True
        reply = await engine.send("POST", f"/containers/{segment(id_of(container))}/{change.action}", change.query)
        _check(reply, name_of(container), change)
        already = " (it was already so)" if reply.status == _ALREADY else ""
        done.append(f"{name_of(container)}: {_DONE[change.action]}{already}")
        run.so_far = _so_far(done, change)
    told = f"{'1 container was' if len(done) == 1 else f'{len(done)} containers were'} {_DONE[change.action]}."
    return Answer(text="\n".join(done), changed=len(done), rows=len(done), told=told)


async def execute(engine: Engine, carried: Carried, container: Container, run: Run) -> Answer:
    """Start a program in a container, without a terminal or input. Raises Denied, Unanswered or EndedBadly."""
    options: dict[str, Json] = {"AttachStdout": True, "AttachStderr": True, "Cmd": list(carried.argv)}
    options |= {"User": carried.names["user"]} if "user" in carried.names else {}
    made = await engine.send("POST", f"/containers/{segment(id_of(container))}/exec", {}, options)
    if made.status >= 400:
        raise Denied(f"The engine refused to prepare it: {made.status}, {made.message}.")
    run_id = made.found("Id")
    run.sent = True
    begin: dict[str, Json] = {"Detach": False, "Tty": False}
    heard = Unframed(run.heard).take
    started = await engine.send("POST", f"/exec/{segment(run_id)}/start", {}, begin, heard=heard)
    if started.status >= 400:
        raise Denied(f"The engine refused to start it: {started.status}, {started.message}.")
    code = member(await engine.get(f"/exec/{segment(run_id)}/json"), "ExitCode")
    text = text_of(text_of_stream(started.body), name_of(container))
    if code is None:
        raise Unanswered(f"{carried.argv[0]} still runs in {name_of(container)}, and nobody waits for it any more.")
    if code != 0:
        told = f"{carried.argv[0]} ended with exit code {code}. What it did until then stays: run the diagnostics."
        raise EndedBadly(OutcomeState.FAILED, told, text=text)
    return Answer(text=text, changed=1, cut=started.cut)


def _check(reply: Reply, name: str, change: Change) -> None:
    if reply.status < 300 or reply.status == _ALREADY:
        return
    said = f"{name} could not be {_DONE[change.action]}: {reply.status}, {reply.message}."
    raise (Unanswered if reply.status >= _OWN_FAULT else Denied)(said)


def _so_far(done: list[str], change: Change) -> str:
    listed = ", ".join(each.partition(":")[0] for each in done)
    return f"Before that {listed} had been {_DONE[change.action]}."
