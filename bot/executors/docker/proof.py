"""Does an engine's address only look? Everything that changes something is tried there on a container that is not.

An engine's own socket is root: it answers that there is no such container, which says that it would have obeyed. Only
a proxy in front of it that lets nothing but reads through refuses the request itself.
"""

from secrets import token_hex
from typing import Final

from bot.executors.attestation import NotProven
from bot.executors.docker.client import Engine
from bot.executors.tool.answer import Unanswered

_CANARIES: Final = (
    ("POST", "/containers/{}/restart"),
    ("POST", "/containers/{}/stop"),
    ("POST", "/containers/{}/kill"),
    ("POST", "/containers/{}/exec"),
    ("POST", "/containers/{}/attach"),
    ("POST", "/containers/{}/rename"),
    ("PUT", "/containers/{}/archive"),
    ("DELETE", "/containers/{}"),
    ("DELETE", "/volumes/{}"),
    ("POST", "/images/{}/tag"),
    ("POST", "/networks/{}/connect"),
    ("POST", "/exec/{}/start"),
    ("POST", "/containers/create"),
    ("GET", "/containers/{}/attach/ws"),
    ("GET", "/containers/{}/archive"),
    ("GET", "/containers/{}/export"),
)
"""What must be refused. The three reads are among them because the first writes to a container's input, and the others
copy its files. Each names something that does not exist, so that none does anything where it is let through."""

_REFUSALS: Final = frozenset({401, 403, 405})
_ADVICE: Final = (
    "Give `diagnostic` the address of a proxy that lets only reads through (docs/settings.md shows one), "
    "and leave the socket to `remediation`."
)


async def prove_read_only(engine: Engine, name: str) -> str:
    """One sentence of proof, or NotProven with the first change that was not refused. Raises Denied, Unanswered."""
    await engine.get("/containers/json", limit="1")
    for method, path in _CANARIES:
        nothing = f"muster-canary-{token_hex(8)}"
        reply = await engine.send(method, path.format(nothing), {})
        asked = f"{method} {path.format('…')}"
        if reply.status >= 500:
            raise Unanswered(f"{name} answered {asked} with {reply.status}, which proves nothing.")
        if reply.status not in _REFUSALS:
            raise NotProven(f"{name} did not refuse {asked} to diagnostics, it answered {reply.status}. {_ADVICE}")
    return f"The address of diagnostics refused all of {len(_CANARIES)} requests that change or copy something."
