"""Requests to GitHub's API about one repository, as one identity, and what its refusals mean to a responder."""

import json
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote, urlencode

from msgspec.structs import replace

from bot.executors.caps import Caps
from bot.executors.http.client import Lost, NotSent, Reply, ask
from bot.executors.tool.answer import MOST_BYTES, Denied, Run, Unanswered
from incident.digest import Facts, Json

_LIMITED: Final = frozenset({403, 429})


class Session:
    """One identity at one repository. ``received`` counts the bytes of the answers."""

    def __init__(self, target: str, base_url: str, repository: str, token: str, *, caps: Caps, seconds: float) -> None:
        self._target = target
        self._base_url = base_url.rstrip("/")
        self._root = f"/repos/{repository}"
        self._token = token
        self._caps = replace(caps, characters=MOST_BYTES)
        self._seconds = seconds
        self.received = 0

    async def get(self, *path: str, **query: str) -> Facts:
        """One object below the repository. Raises Denied or Unanswered."""
        found = self.checked(await self.ask("GET", *path, query=query))
        if not isinstance(found, Mapping):
            raise Unanswered(self.misfit)
        return found

    async def listed(self, *path: str, **query: str) -> list[Facts]:
        """The objects of a list below the repository. Raises Denied or Unanswered."""
        found = self.checked(await self.ask("GET", *path, query=query))
        if not isinstance(found, list):
            raise Unanswered(self.misfit)
        return [each for each in found if isinstance(each, Mapping)]

    @property
    def misfit(self) -> str:
        """That an answer is of another kind than was asked for, as a sentence."""
        return f"{self._target} answered something else than was asked for: check its `base_url`."

    async def send(self, method: str, *path: str, body: Facts, run: Run) -> Facts:
        """One change below the repository; ``run.sent`` is set before it leaves. Raises Denied or Unanswered."""
        run.sent = True
        try:
            found = self.checked(await self.ask(method, *path, body=body))
        except _NotReached:
            run.sent = False
            raise
        if not isinstance(found, Mapping):
            raise Unanswered(self.misfit)
        if error := found.get("error") or found.get("errors"):
            raise Unanswered(f"{self._target} answered with a success that names an error ({error}): see GitHub.")
        return found

    async def root(self, method: str, path: str, body: Json = None) -> Facts:
        """One request that is about no repository. Raises Denied or Unanswered."""
        found = self.checked(await self._reply(method, path, body))
        if not isinstance(found, Mapping):
            raise Unanswered(self.misfit)
        return found

    async def graphql(self, query: str, variables: Facts, *, run: Run) -> Facts:
        """What only GraphQL can do. Raises Denied or Unanswered."""
        run.sent = True
        body: Facts = {"query": query, "variables": dict(variables)}
        found = self.checked(await self._reply("POST", "/graphql", body))
        errors = found.get("errors") if isinstance(found, Mapping) else None
        if isinstance(errors, list) and errors:
            told = errors[0].get("message") if isinstance(errors[0], Mapping) else None
            raise Denied(f"{self._target} answered: {str(told or 'no reason given').rstrip('.')}.")
        data = found.get("data") if isinstance(found, Mapping) else None
        return data if isinstance(data, Mapping) else {}

    async def ask(self, method: str, *path: str, query: Mapping[str, str] | None = None, body: Json = None) -> Reply:
        """One request and its reply, whatever that says. Raises Unanswered."""
        place = "".join(f"/{quote(part, safe='')}" for part in path)
        return await self._reply(method, self._root + place + (f"?{urlencode(query)}" if query else ""), body)

    async def _reply(self, method: str, path: str, body: Json) -> Reply:
        text = None if body is None else json.dumps(body)
        url = self._base_url + path
        try:
            reply = await ask(method, url, token=self._token, body=text, caps=self._caps, seconds=self._seconds)
        except NotSent as fault:
            raise _NotReached(str(fault)) from fault
        except Lost as fault:
            raise Unanswered(str(fault)) from fault
        self.received += len(reply.body)
        return reply

    def checked(self, reply: Reply) -> Json:
        """The JSON of an answer that says yes. Raises Denied or Unanswered."""
        if reply.cut or reply.broken:
            raise Unanswered(f"{self._target} gave an answer that is too long, or broke off: narrow the step.")
        found = _json(reply.body)
        if reply.status < 300:
            return found
        said = str(found.get("message") or "no reason given") if isinstance(found, Mapping) else "no reason given"
        said = " ".join(said.split()).rstrip(".")
        if reply.status in _LIMITED and reply.headers.get("x-ratelimit-remaining") == "0":
            raise Unanswered(f"{self._target} has answered as often as it does in an hour: try again later.")
        match reply.status:
            case 401:
                raise Denied(f"{self._target} did not let Muster in: renew its token.")
            case 403:
                told = f"{self._target} does not allow Muster's token that ({said}): grant it, or leave the step out."
                raise Denied(told, missing_right=True)
            case 404:
                raise Denied(f"{self._target} has no such thing, or does not show it to Muster's token.")
            case status if status >= 500:
                raise Unanswered(f"{self._target} had a fault of its own ({status} {said}): see githubstatus.com.")
        raise Denied(f"{self._target} answered {reply.line}: {said}.")


class _NotReached(Unanswered):
    """There was no connection, so that nothing can have happened."""


def _json(body: bytes) -> Json:
    try:
        found: Json = json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError):
        return None
    return found


def part(found: Facts, key: str) -> Facts:
    """An object within another; empty when it is none."""
    inner = found.get(key)
    return inner if isinstance(inner, Mapping) else {}


def parts(found: Facts, key: str) -> Sequence[Facts]:
    """The objects of a list within another. Raises LookupError or TypeError: no list is not an empty one."""
    inner = found[key]
    if not isinstance(inner, list):
        raise TypeError(f"{key} is no list")
    return [each for each in inner if isinstance(each, Mapping)]
