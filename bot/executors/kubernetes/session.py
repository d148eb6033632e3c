"""Requests to one Kubernetes API server, as one service account: JSON or text back, read up to a cap."""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp
from msgspec import Struct
from yarl import URL

from bot.executors.caps import Caps
from bot.executors.tool.answer import MOST_BYTES, Denied, Unanswered
from incident.digest import Facts, Json

TABLE: Final = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
"""What makes the server answer with the columns that people know."""
STRATEGIC: Final = "application/strategic-merge-patch+json"
MERGE: Final = "application/merge-patch+json"
JSON_PATCH: Final = "application/json-patch+json"
LASTS: Final = 600
"""Seconds for which a token is taken: a cluster gives none for fewer."""
DRY_RUN: Final[Mapping[str, str]] = {"dryRun": "All"}
"""With this the server checks a change, its admission included, and keeps nothing of it."""


class Cluster(Struct, frozen=True, kw_only=True):
    """Where an API server is, and the certificate that it must prove itself by."""

    url: str
    ca_file: Path | None = None


class Session:
    """One identity at one API server. ``received`` counts the bytes of its answers."""

    def __init__(self, target: str, cluster: Cluster, token: str, *, caps: Caps, seconds: float) -> None:
        self._target = target
        self._cluster = cluster
        self._headers = {"Authorization": f"Bearer {token}", "User-Agent": "muster"}
        self._caps = caps
        self._seconds = seconds
        self.received = 0

    async def get(
        self, path: str, query: Mapping[str, str] | None = None, *, accept: str = "application/json"
    ) -> Facts:
        """One object, list or table. Raises Denied or Unanswered."""
        return self._object(await self._sent("GET", path, query, accept=accept))

    async def text(self, path: str, query: Mapping[str, str] | None = None) -> bytes:
        """The bytes of a log, up to the cap. Raises Denied or Unanswered."""
        return await self._sent("GET", path, query, accept="*/*", cut=True)

    async def send(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        kind: str = "application/json",
        query: Mapping[str, str] | None = None,
    ) -> Facts:
        """One request with a body. Raises Denied or Unanswered."""
        return self._object(await self._sent(method, path, query, accept="application/json", body=body, kind=kind))

    def _object(self, content: bytes) -> Facts:
        try:
            said = json.loads(content)
        except (ValueError, RecursionError) as fault:
            raise Unanswered(
                f"{self._target} answered {len(content)} bytes that are no JSON: check its URL."
            ) from fault
        if not isinstance(said, Mapping):
            raise Unanswered(f"{self._target} answered with something that is no object: check its URL.")
        if said.get("status") == "Failure" or isinstance(said.get("error"), str):
            why = " ".join(str(said.get("message") or said.get("error") or "no reason given").split()).rstrip(".")
            raise Unanswered(f"{self._target} answered with a success that names an error ({why}): check its URL.")
        return said

    async def _sent(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        *,
        accept: str,
        body: Json = None,
        kind: str = "application/json",
        cut: bool = False,
    ) -> bytes:
        headers = {**self._headers, "Accept": accept}
        if body is not None:
            headers["Content-Type"] = kind
        timeout = aiohttp.ClientTimeout(total=self._seconds, sock_connect=self._caps.connect_seconds)
        try:
            async with (
                aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(ssl=self._trusted(), force_close=True),
                    cookie_jar=aiohttp.DummyCookieJar(),
                    trust_env=False,
                    timeout=timeout,
                ) as client,
                client.request(
                    method,
                    URL(self._cluster.url.rstrip("/") + path, encoded=True).with_query(query),
                    headers=headers,
                    data=None if body is None else json.dumps(body),
                    allow_redirects=False,
                ) as response,
            ):
                content = await self._read(response, cut=cut)
                self._check(response, content)
                return content
        except (aiohttp.ClientSSLError, ssl.SSLError) as fault:
            raise Unanswered(f"{self._target} could not prove who it is: check the target's ca_file.") from fault
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as fault:
            raise NotReachedAtAll(f"{self._target} could not be reached: see whether its API server is up.") from fault
        except TimeoutError as fault:
            raise Unanswered(f"{self._target} gave no answer within {self._seconds:g} s: see its load.") from fault
        except (aiohttp.ClientError, OSError) as fault:
            raise Unanswered(f"The connection to {self._target} was lost: see whether the server is up.") from fault

    def _trusted(self) -> ssl.SSLContext | bool:
        if self._cluster.ca_file is None:
            return True
        try:
            return ssl.create_default_context(cafile=str(self._cluster.ca_file))
        except OSError as fault:
            raise NotReachedAtAll(
                f"{self._target}: {self._cluster.ca_file} is no certificate that can be read."
            ) from fault

    async def _read(self, response: aiohttp.ClientResponse, *, cut: bool) -> bytes:
        content = bytearray()
        async for chunk in response.content.iter_any():
            content += chunk
            self.received += len(chunk)
            if len(content) > MOST_BYTES:
                response.close()
                if cut:
                    return bytes(content[:MOST_BYTES])
                raise Unanswered(f"{self._target} answered with more than {MOST_BYTES >> 20} MiB: narrow the step.")
        return bytes(content)

    def _check(self, response: aiohttp.ClientResponse, content: bytes) -> None:
        if response.status < 300:
            return
        said = _message(content)
        match response.status:
            case 401:
                raise Denied(f"{self._target} did not let Muster in: renew its token.")
            case 403:
                told = f"{self._target} does not allow Muster that ({said}): grant it, or leave the step out."
                raise Denied(told, missing_right=True)
            case status if status >= 500:
                raise Unanswered(f"{self._target} had a fault of its own ({status} {said}): see whether it is well.")
            case status if status < 400:
                raise Denied(f"{self._target} answered {status}, which is not followed: check its URL.")
            case status:
                raise Denied(f"{self._target} answered {status}: {said}.")


class NotReachedAtAll(Unanswered):
    """There was no connection, so that nothing can have happened. The text is a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One service account; its token is sent and never shown.

    With an ``account`` (*namespace/name*) the token only asks for a short one of that account, which does the rest.
    """

    token: str = field(repr=False)
    account: str | None = None


async def short_token(session: Session, account: str) -> str:
    """A token of a service account, for ten minutes. Raises Denied or Unanswered."""
    namespace, _, name = account.partition("/")
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
    asked: Facts = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": LASTS},
    }
    status = (await session.send("POST", path, dict(asked))).get("status")
    token = status.get("token") if isinstance(status, Mapping) else None
    if not isinstance(token, str) or not token:
        raise Unanswered(f"The cluster gave no token of the service account {account}: see whether it is there.")
    return token


def _message(content: bytes) -> str:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return "no reason given"
    message = said.get("message") if isinstance(said, dict) else None
    return " ".join(str(message or "no reason given").split()).rstrip(".")
