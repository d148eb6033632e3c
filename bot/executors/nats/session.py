"""One connection to one NATS, as one user: requests out, one JSON answer back, and what its faults mean.

A connection lives for one look or run. A server says no to a publish on the side and then stays silent, so its errors
are watched while an answer is awaited.
"""

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from bot.executors.caps import Caps
from bot.executors.nats.nkeys import KeyPair, read_credentials, user_of
from bot.executors.tool.answer import MOST_BYTES, Denied, Unanswered
from incident.digest import Facts, Json

if TYPE_CHECKING:
    from nats.aio.client import Client

_END_SECONDS: Final = 1.0
_NO_ROLE: Final = " If it is, the key that signed the user's pass may have no role: then the user may open nothing."
_REFUSED_WITHIN: Final = 1.0
_MOST_GATHERED: Final = MOST_BYTES + (64 << 10)
"""Bytes of an answer that is not yet whole, with the line before it."""


class Server(Struct, frozen=True, kw_only=True):
    """Where a NATS listens."""

    host: str
    port: int = 4222
    tls: bool = False

    def __str__(self) -> str:
        """For receipts: *10.0.0.5:4222*."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One of the server's users: by a password, or by a pass (a JWT) and the seed of its key. Neither is ever shown."""

    user: str
    """Its name; of one with a pass its public key."""
    password: str = field(default="", repr=False)
    jwt: str = field(default="", repr=False)
    seed: str = field(default="", repr=False)

    @classmethod
    def of(cls, credentials: str) -> "Login":
        """The user of a credentials file. Without a name when it cannot be read: nobody is let in by that."""
        jwt, seed = read_credentials(credentials) or ("", "")
        return cls(user=user_of(jwt), jwt=jwt, seed=seed)


class Session:
    """An open connection. ``received`` counts the bytes of the answers; ``complaints`` are the server's own lines."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.received = 0
        self.complaints: list[str] = []
        self._troubled = asyncio.Event()
        self._flooded = False
        self._perhaps = ""
        self._client: Client | None = None

    async def open(self, server: Server, login: Login, caps: Caps) -> None:
        """Connect and log in. Raises Denied or Unanswered."""
        from nats.aio.client import Client
        from nats.errors import Error

        if not login.user:
            raise Denied(f"{self.target} has no user: its credentials are no credentials file of NATS.")
        self._perhaps = _NO_ROLE if login.jwt else ""
        self._client = Client()
        self._bound(self._client)
        try:
            async with asyncio.timeout(caps.connect_seconds):
                await self._client.connect(
                    f"nats://{server}",
                    error_cb=self._complained,
                    disconnected_cb=self._ended,
                    closed_cb=self._ended,
                    allow_reconnect=False,
                    connect_timeout=max(int(caps.connect_seconds), 1),
                    max_reconnect_attempts=1,  # 0 means forever to the library
                    reconnect_time_wait=0,
                    tls=ssl.create_default_context() if server.tls else None,
                    name="muster",
                    **_answering(login),
                )
        except (Error, OSError, TimeoutError, ValueError, asyncio.IncompleteReadError) as fault:
            raise _unopened(fault, self.complaints, self.target, login) from fault

    async def ask(self, subject: str, body: Facts | None = None) -> Facts:
        """Send one request and read its answer. Raises Denied or Unanswered."""
        answer = await self._answered(subject, json.dumps(body).encode() if body else b"")
        self.received += len(answer)
        if len(answer) > MOST_BYTES:
            raise self._flood()
        try:
            said: Json = json.loads(answer)
        except (ValueError, RecursionError) as fault:
            raise Unanswered(f"{self.target} answered {len(answer)} bytes that are no JSON: see its log.") from fault
        if not isinstance(said, Mapping):
            raise Unanswered(f"{self.target} answered with something that is no object: see its log.")
        error = said.get("error")
        if isinstance(error, Mapping):
            raise Denied(f"{self.target} answered: {str(error.get('description', 'an error')).rstrip('.')}.")
        return said

    async def let_through(self, subjects: Sequence[str]) -> list[str]:
        """Which of these subjects the server lets this user publish to. What is sent is empty.

        A refusal comes on the side, after the publish and not in answer to it, so that it is waited for.
        """
        if self._client is None:
            raise Unanswered(f"{self.target} is not connected.")
        for subject in subjects:
            await self._client.publish(subject, b"")
        left, deadline = list(subjects), asyncio.get_running_loop().time() + _REFUSED_WITHIN
        while left and asyncio.get_running_loop().time() < deadline:
            await self._flushed()
            lines = [line.lower() for line in self.complaints]
            left = [subject for subject in left if not any(f'"{subject.lower()}"' in line for line in lines)]
        return left

    async def close(self) -> None:
        """End the connection, whatever state it is in."""
        if self._client is None:
            return
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(_END_SECONDS):
                await self._client.close()
        # The library leaves the socket of a connection that never came to be open, and has no name for it.
        if self._client._transport is not None:
            self._client._transport.close()  # type: ignore[no-untyped-call]  # the library did not type it

    def _bound(self, client: "Client") -> None:
        """Let an answer that is too long end the connection: the library would gather one of any length."""
        from nats.errors import ProtocolError

        # The library has no public place for it.
        parser = client._ps
        gather = parser.parse

        async def parse(data: bytes = b"") -> None:
            await gather(data)
            if len(parser.buf) > _MOST_GATHERED:
                self._flooded = True
                raise ProtocolError

        parser.parse = parse  # type: ignore[method-assign]  # that is the place

    def _flood(self) -> Unanswered:
        return Unanswered(f"{self.target} answered with more than {MOST_BYTES >> 20} MiB: narrow the step.")

    async def _answered(self, subject: str, payload: bytes) -> bytes:
        from nats.errors import Error, NoRespondersError

        if self._client is None:
            raise Unanswered(f"{self.target} is not connected.")
        request = asyncio.create_task(self._client.request(subject, payload, timeout=3600))
        trouble = asyncio.create_task(self._troubled.wait())
        try:
            await asyncio.wait({request, trouble}, return_when=asyncio.FIRST_COMPLETED)
            if not request.done():
                raise self._fault()
            return bytes((await request).data)
        except NoRespondersError as fault:
            raise Denied(f"{self.target} has nobody who answers that: see whether JetStream is on.") from fault
        except (Error, OSError) as fault:
            raise self._fault() from fault
        finally:
            trouble.cancel()
            request.cancel()
            await asyncio.gather(trouble, request, return_exceptions=True)

    async def _flushed(self) -> None:
        from nats.errors import Error

        try:
            if self._client is not None:
                await self._client.flush(timeout=5)
        except (Error, OSError, TimeoutError) as fault:
            raise self._fault() from fault

    async def _complained(self, fault: Exception) -> None:
        self.complaints.append(str(fault))
        self._troubled.set()

    async def _ended(self) -> None:
        self._troubled.set()

    def _fault(self) -> Denied | Unanswered:
        if self._flooded:
            return self._flood()
        said = next((line for line in self.complaints if "permissions violation" in line.lower()), None)
        if said is not None:
            what = said.partition(": ")[2] or said
            return Denied(f"{self.target} does not allow Muster's user that ({what.rstrip('.')}): grant it.")
        return Unanswered(f"The connection to {self.target} was lost: see whether the server is up.{self._perhaps}")


@asynccontextmanager
async def session(server: Server, login: Login, *, target: str, caps: Caps) -> AsyncIterator[Session]:
    """A connection that is logged in. Raises Denied or Unanswered."""
    if find_spec("nats") is None or (login.jwt and find_spec("cryptography") is None):
        raise Unanswered(f"{target} needs the library for NATS: install Muster with its extra “nats”.")
    opened = Session(target)
    try:
        await opened.open(server, login, caps)
        yield opened
    finally:
        await opened.close()


def _answering(login: Login) -> dict[str, Any]:
    """How the library proves who it is: by the password, or by signing what the server asks."""
    if not login.jwt:
        return {"user": login.user, "password": login.password}
    key = KeyPair(login.seed)
    return {
        "user_jwt_cb": login.jwt.encode,
        "signature_cb": lambda nonce: base64.b64encode(key.sign(nonce)),
    }


def _unopened(fault: BaseException, complaints: list[str], target: str, login: Login) -> Denied | Unanswered:
    lines = " ".join([str(fault), *complaints]).lower()
    if "authorization" in lines or "authentication" in lines:
        if login.jwt:
            return Denied(
                f"{target} did not let Muster in: check that the account still knows the key which signed its user's "
                "pass, with a role of its own, and that the clocks of both machines agree."
            )
        return Denied(f"{target} did not let Muster in: check the user and the password of this target.")
    if isinstance(fault, ssl.SSLError) or "tls" in lines or "ssl" in lines:
        return Unanswered(f"{target} and Muster do not agree on TLS: check the target's `tls` and its certificate.")
    perhaps = _NO_ROLE if login.jwt else ""
    return Unanswered(f"{target} could not be reached: see whether the server is up and its address is right.{perhaps}")
