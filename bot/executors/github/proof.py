"""Can a token of GitHub only look? A classic one by its scopes, another by changes that must be refused to it."""

from collections.abc import Mapping
from typing import Final

from bot.executors.attestation import NotProven
from bot.executors.github.session import Session, part
from bot.executors.tool.answer import Denied, Unanswered
from compiler.proof.word_list import word_list
from incident.digest import Facts

_LOOKING: Final = word_list(
    "read:org read:user read:project read:packages read:discussion read:enterprise read:repo_hook read:public_key "
    "user:email"
)
"""Scopes of a classic token with which nothing of a repository can be changed."""

_WRITING: Final = ("admin", "maintain", "push", "triage")

_NOBODY: Final = "muster-canary"
CANARIES: Final[tuple[tuple[str, tuple[str, ...], Facts], ...]] = (
    ("POST", ("git", "refs"), {"ref": f"refs/heads/{_NOBODY}", "sha": "0" * 40}),
    ("POST", ("actions", "workflows", f"{_NOBODY}.yml", "dispatches"), {"ref": _NOBODY}),
    ("POST", ("actions", "runs", "0", "cancel"), {}),
    ("PUT", ("pulls", "0", "merge"), {}),
    ("POST", ("issues", "0", "labels"), {"labels": []}),
)
"""Changes of what nobody has: each fails even for who may do everything, but not as one that is forbidden."""


async def prove_read_only(session: Session) -> str:
    """One sentence of proof, or NotProven with the first right too many. Raises Denied or Unanswered."""
    reply = await session.ask("GET")
    found = session.checked(reply)
    if not isinstance(found, Mapping) or "full_name" not in found:
        raise Unanswered(session.misfit)
    if scopes := reply.headers.get("x-oauth-scopes", ""):
        # An empty list says nothing: it may be that of a token which is no classic one.
        return _by_scopes(scopes)
    for method, path, body in CANARIES:
        answered = await _refusal(session, method, path, body)
        if answered is not None:
            name = f"{method} {'/'.join(path)}"
            raise NotProven(f"The token was not refused {name} ({answered}): give it read access only.")
    tried = ", ".join(f"{method} {'/'.join(path)}" for method, path, _ in CANARIES)
    return f"The token was refused all of {len(CANARIES)} changes that were tried with it ({tried}).{_owners(found)}"


def _owners(found: Facts) -> str:
    """What GitHub says of the token's owner. Only a no proves anything: a token may have less than its owner."""
    rights = part(found, "permissions")
    if rights and not any(rights.get(right) for right in _WRITING):
        return " GitHub says that its owner may not write to the repository, either."
    return ""


async def _refusal(session: Session, method: str, path: tuple[str, ...], body: Facts) -> str | None:
    """What answered a change that was let through; None when it was refused for want of the right."""
    reply = await session.ask(method, *path, body=body)
    try:
        session.checked(reply)
    except Denied as refusal:
        return None if refusal.missing_right else reply.line
    return reply.line


def _by_scopes(listed: str) -> str:
    scopes = [scope.strip() for scope in listed.split(",") if scope.strip()]
    if writing := [scope for scope in scopes if scope not in _LOOKING]:
        raise NotProven(
            f"The classic token has {', '.join(writing)}, with which it may write: use a fine-grained token that reads."
        )
    return f"The classic token has {', '.join(scopes)}, with which nothing can be changed."
