"""A Compose service brought to the approved number of containers, one after the other; nothing half made stays."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.executors.docker.client import Engine, Reply, segment
from bot.executors.docker.copy import Copy, image_of
from bot.executors.docker.find import id_of
from bot.executors.docker.instances import Sizing
from bot.executors.docker.rows import name_of
from bot.executors.tool.answer import Answer, Denied, EndedBadly, Run, Unanswered
from incident.digest import Json
from incident.finding import OutcomeState

_ALREADY: Final = 304
_GONE: Final = 404
_OWN_FAULT: Final = 500


class Fulfilment:
    """The sizings on their way. ``seconds`` is how long a container may take to stop, where the command says it."""

    def __init__(self, engine: Engine, run: Run, seconds: str | None) -> None:
        self._engine = engine
        self._run = run
        self._waiting: Mapping[str, str] = {"t": seconds} if seconds else {}
        self._done: list[str] = []

    async def follow(self, sizings: Sequence[Sizing]) -> Answer:
        """Do what they say. Raises Denied, EndedBadly or Unanswered."""
        for sizing in sizings:
            for container in sizing.start:
                self._begins(f"{name_of(container)} was being started")
                self._check(await self._act(id_of(container), "start"), f"{name_of(container)} could not be started")
                self._did(f"{name_of(container)}: started")
            for copy in sizing.make:
                await self._make(copy)
            for container in sizing.remove:
                await self._remove(id_of(container), name_of(container))
        told = ", ".join(f"{each.service} {each.after}" for each in sizings)
        done = len(self._done)
        return Answer(text="\n".join(self._done), changed=done, rows=done, told=f"It ran. Containers now: {told}.")

    async def _make(self, copy: Copy) -> None:
        self._begins(f"{copy.name} was being made: see whether it is there")
        settings = dict(copy.settings)
        made = await self._engine.send("POST", "/containers/create", {"name": copy.name}, settings)
        self._check(made, f"{copy.name} could not be made")
        there = made.found("Id")
        if why := await self._unready(there, copy):
            raise await self._taken_back(there, copy.name, why)
        self._did(f"{copy.name}: made like {copy.like}, and started")

    async def _unready(self, there: str, copy: Copy) -> str:
        """Bring a new container to work; why it does not, a clause."""
        found = await self._engine.get(f"/containers/{segment(there)}/json")
        if not isinstance(found, Mapping) or image_of(found) != copy.image:
            return f"{copy.name} got another image than {copy.like} has"
        for network, place in copy.networks.items():
            joining: dict[str, Json] = {"Container": there, "EndpointConfig": place}
            joined = await self._engine.send("POST", f"/networks/{segment(network)}/connect", {}, joining)
            if joined.status >= 400:
                return f"{copy.name} could not join {network}: {joined.status}, {joined.message}"
        started = await self._act(there, "start")
        return "" if _went(started) else f"{copy.name} could not be started: {started.status}, {started.message}"

    async def _taken_back(self, there: str, name: str, why: str) -> Exception:
        """Remove what was made and does not work; what to raise."""
        removed = await self._engine.send("DELETE", f"/containers/{segment(there)}", {"force": "1"})
        if removed.status < 300 or removed.status == _GONE:
            return self._ended(f"{why}. It was removed again.")
        return Unanswered(f"{why}. {name} could not be removed again: do it by hand.")

    async def _remove(self, there: str, name: str) -> None:
        self._begins(f"{name} was being stopped and removed")
        self._check(await self._act(there, "stop", self._waiting), f"{name} could not be stopped")
        removed = await self._engine.send("DELETE", f"/containers/{segment(there)}", {})
        if removed.status >= 400 and removed.status != _GONE:
            raise Unanswered(f"{name} was stopped and could not be removed: {removed.status}, {removed.message}.")
        self._did(f"{name}: stopped and removed")

    async def _act(self, there: str, action: str, query: Mapping[str, str] | None = None) -> Reply:
        return await self._engine.send("POST", f"/containers/{segment(there)}/{action}", query or {})

    def _check(self, reply: Reply, sentence: str) -> None:
        """Raises what a refusal of the engine means."""
        if _went(reply):
            return
        told = f"{sentence}: {reply.status}, {reply.message}."
        raise Unanswered(told) if reply.status >= _OWN_FAULT else self._ended(told)

    def _ended(self, sentence: str) -> Exception:
        """The end of a change that is known whole: nothing was done, or exactly what is listed."""
        if not self._done:
            self._run.so_far = ""
            return Denied(sentence)
        return EndedBadly(OutcomeState.FAILED, f"{sentence} {_before(self._done)}", text="\n".join(self._done))

    def _begins(self, what: str) -> None:
        self._run.sent = True
        self._run.so_far = " ".join(filter(None, (f"{what}.", _before(self._done))))

    def _did(self, what: str) -> None:
        self._done.append(what)
        self._run.heard(f"{what}\n".encode())
        self._run.so_far = _before(self._done)


def _went(reply: Reply) -> bool:
    return reply.status < 300 or reply.status == _ALREADY


def _before(done: Sequence[str]) -> str:
    return f"Before that: {'; '.join(done)}." if done else ""
