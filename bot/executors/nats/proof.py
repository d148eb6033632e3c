"""Does a NATS user only look? Its rights are read from the server and every one must be known; then changes are tried.

The server itself tells a connection what it may publish and subscribe to (2.10 and newer). A right that nobody reviewed
is taken for one to write, because a publish may be anything.
"""

from collections.abc import Mapping
from typing import Final

from bot.executors.attestation import NotProven
from bot.executors.nats.session import Session
from bot.executors.tool.answer import Denied, NotAllowed
from compiler.proof.word_list import word_list
from incident.digest import Facts, Json

WHO_AM_I: Final = "$SYS.REQ.USER.INFO"
_LOOKS: Final = word_list(f"$JS.API.INFO $JS.API.STREAM.NAMES $JS.API.STREAM.LIST {WHO_AM_I}")
_LOOKS_BELOW: Final = (
    "$JS.API.STREAM.INFO.",
    "$JS.API.CONSUMER.INFO.",
    "$JS.API.CONSUMER.NAMES.",
    "$JS.API.CONSUMER.LIST.",
)
_INBOXES: Final = ("_INBOX.", "_INBOX_")

_TOO_WIDE: Final = "Nothing was purged: the key of remediation_signer makes users that may do more than one purge."

CANARIES: Final = (
    "muster.canary",
    "$JS.API.STREAM.PURGE.muster-canary",
    "$JS.API.STREAM.CREATE.muster-canary",
    "$JS.API.STREAM.UPDATE.muster-canary",
    "$JS.API.STREAM.DELETE.muster-canary",
    "$JS.API.STREAM.MSG.GET.muster-canary",
    "$JS.API.STREAM.MSG.DELETE.muster-canary",
    "$JS.API.STREAM.SNAPSHOT.muster-canary",
    "$JS.API.STREAM.LEADER.STEPDOWN.muster-canary",
    "$JS.API.DIRECT.GET.muster-canary",
    "$JS.API.CONSUMER.CREATE.muster-canary",
    "$JS.API.CONSUMER.DURABLE.CREATE.muster-canary.muster-canary",
    "$JS.API.CONSUMER.DELETE.muster-canary.muster-canary",
    "$JS.API.CONSUMER.PAUSE.muster-canary.muster-canary",
    "$JS.API.CONSUMER.MSG.NEXT.muster-canary.muster-canary",
    "$KV.muster-canary.key",
)
"""Subjects that must be refused. What is sent there is empty, and names a stream that nobody has."""


async def prove_read_only(session: Session, user: str) -> str:
    """One sentence of proof, or NotProven with the first right too many. Raises Denied or Unanswered."""
    rights = await _rights(session, user)
    if rights.get("responses"):
        raise NotProven(f"The user {user} may publish answers to what it receives: take allow_responses from it.")
    publish, subscribe = _allowed(rights, "publish", user), _allowed(rights, "subscribe", user)
    if many := next((subject for subject in publish if not _only_looks(subject)), None):
        raise NotProven(f"The user {user} may publish to {many}, which is no subject that only looks: take it away.")
    if many := next((subject for subject in subscribe if not subject.startswith(_INBOXES)), None):
        raise NotProven(f"The user {user} may subscribe to {many}, where messages are taken from others: take it away.")
    if passed := await session.let_through(CANARIES):
        raise NotProven(f"The user {user} was not refused a publish to {passed[0]}: take that right from it.")
    return (
        f"The user {user} may publish to {len(publish)} subjects, each of which only looks, and was refused all of "
        f"{len(CANARIES)} changes that were tried as it."
    )


async def check_only_purges(session: Session, user: str, subject: str) -> None:
    """The server's own word that a user made for one purge may do that and nothing else, and not for ever.

    Raises NotAllowed: a key that could make more than that signs for nobody here. Raises Denied or Unanswered.
    """
    answer = await session.ask(WHO_AM_I)
    data = answer.get("data")
    known = data if isinstance(data, Mapping) else {}
    rights = known.get("permissions")
    rights = rights if isinstance(rights, Mapping) else {}
    try:
        publish, subscribe = _allowed(rights, "publish", user), _allowed(rights, "subscribe", user)
    except NotProven as fault:
        raise NotAllowed(f"{_TOO_WIDE} {fault}") from fault
    many = [each for each in publish if each not in (subject, WHO_AM_I)]
    many += [each for each in subscribe if not each.startswith(_INBOXES)]
    if many or rights.get("responses"):
        what = f"has {many[0]} among its subjects" if many else "may publish answers to what it receives"
        raise NotAllowed(
            f"{_TOO_WIDE} The user made for this run {what}: give the key a role as narrow as the docs say."
        )
    if not known.get("expires"):
        raise NotAllowed(f"{_TOO_WIDE} The server does not end the user that was made for this run.")


async def _rights(session: Session, user: str) -> Facts:
    try:
        answer = await session.ask(WHO_AM_I)
    except Denied as fault:
        raise NotProven(f"The user {user} may not ask what it may do: let it publish to {WHO_AM_I}. {fault}") from fault
    data = answer.get("data")
    known = data if isinstance(data, Mapping) else {}
    if known.get("user") != user:
        raise NotProven(f"The server knows the diagnostic user {user} as {known.get('user')}: check its name here.")
    rights = known.get("permissions")
    if not isinstance(rights, Mapping):
        raise NotProven(f"The user {user} may publish anything: give it permissions.")
    return rights


def _allowed(rights: Facts, what: str, user: str) -> list[str]:
    part: Json = rights.get(what)
    listed = part.get("allow") if isinstance(part, Mapping) else None
    if not isinstance(listed, list) or not listed:
        raise NotProven(f"The user {user} may {what} anything that is not denied: list what it may in `allow`.")
    return [str(subject) for subject in listed]


def _only_looks(subject: str) -> bool:
    return subject in _LOOKS or subject.startswith(_LOOKS_BELOW)
