"""A GitHub App as the identity of changes: for each run a token of its own, for one repository and one kind of change.

GitHub lets such a token live for an hour; it is given back as soon as the run has ended.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from importlib.util import find_spec
from typing import Final

from bot.executors.github.session import Session
from bot.executors.tool.answer import Denied, NotAllowed, Unanswered
from compiler.proof.git.runnable import Ask
from incident.digest import Facts

RIGHTS: Final[Mapping[Ask, Facts]] = {
    Ask.DISPATCH: {"actions": "write"},
    Ask.RERUN: {"actions": "write"},
    Ask.CANCEL: {"actions": "write"},
    Ask.MERGE: {"contents": "write", "pull_requests": "write"},
    Ask.REVERT: {"contents": "write", "pull_requests": "write"},
}
"""What the token of each kind of change may do; all of them also read the repository's metadata."""
_EARLY: Final = 60
"""Seconds by which a machine's clock may be ahead of GitHub's."""
_PROVES_FOR: Final = 540
_GIVEN_BACK_WITHIN: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One App as it is installed at the repository's owner; ``key`` is its private key in PEM, and never shown."""

    id: int
    installation: int
    key: str = field(repr=False)


@asynccontextmanager
async def taken(
    app: App, ask: Ask, repository: str, *, session_of: Callable[[str], Session], now: datetime
) -> AsyncIterator[Session]:
    """A session that may make this kind of change in this repository. Raises NotAllowed, Denied or Unanswered."""
    place = f"/app/installations/{app.installation}/access_tokens"
    asked: Facts = {"repositories": [repository.partition("/")[2]], "permissions": dict(RIGHTS[ask])}
    answer = await session_of(proof_of(app, now)).root("POST", place, dict(asked))
    token = answer.get("token")
    if not isinstance(token, str) or not token:
        raise Unanswered("GitHub gave no token of the App: see its installation.")
    session = session_of(token)
    try:
        yield session
    finally:
        with suppress(Denied, Unanswered, TimeoutError):
            async with asyncio.timeout(_GIVEN_BACK_WITHIN):
                await session.root("DELETE", "/installation/token")


def proof_of(app: App, now: datetime) -> str:
    """What proves to be the App for nine minutes: a JSON Web Token. Raises NotAllowed."""
    if find_spec("cryptography") is None:
        raise NotAllowed("Nothing was sent: a GitHub App needs the library “cryptography”: install the extra “github”.")
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(app.key.encode(), password=None)
    except (ValueError, TypeError) as fault:
        raise NotAllowed(
            "Nothing was sent: the GitHub App's key is no private key in PEM: see its variable."
        ) from fault
    if not isinstance(key, RSAPrivateKey):
        raise NotAllowed("Nothing was sent: the GitHub App's key is no RSA key, and GitHub makes no others.")
    at = int(now.timestamp())
    claims: Facts = {"iat": at - _EARLY, "exp": at + _PROVES_FOR, "iss": str(app.id)}
    signed = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
    return f"{signed}.{_plain(key.sign(signed.encode(), PKCS1v15(), hashes.SHA256()))}"


def _part(said: Facts) -> str:
    return _plain(json.dumps(said).encode())


def _plain(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
