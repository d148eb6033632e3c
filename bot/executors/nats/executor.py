"""A NATS JetStream as a target: what streams and consumers hold, and the purge of a stream by another user."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct, field

from bot.executors.attestation import NotProven
from bot.executors.caps import Caps
from bot.executors.nats.proof import check_only_purges, prove_read_only
from bot.executors.nats.session import Login, Server, Session, session
from bot.executors.nats.signer import LASTS, Signer
from bot.executors.table import Row, counted, drawn
from bot.executors.tool.answer import MOST_BYTES, Answer, NotAllowed, Run
from bot.executors.tool.executor import ToolExecutor
from bot.executors.tool.kind import WordsTool
from bot.redaction.redactor import Redactor
from compiler.proof import nats
from compiler.proof.nats.runnable import Ask, Request, parse
from incident.digest import Facts, Json
from incident.verdict import Judgement

_API: Final = "$JS.API"


class NatsTarget(Struct, frozen=True, kw_only=True):
    """One NATS account as it is configured."""

    name: str
    environment: str
    server: Server
    diagnostic: Login
    remediation: Login | None = None
    signer: Signer | None = None
    """In the place of a user that is kept: what makes one for each run."""
    caps: Caps = field(default_factory=Caps)

    def executor(self, *, redactor: Redactor, clock: Callable[[], datetime]) -> ToolExecutor[Sequence[str]]:
        """What runs its steps."""
        return ToolExecutor(NatsTool(self, clock), redactor=redactor, clock=clock)


class NatsTool(WordsTool):
    """Speaks JetStream's own requests to one server."""

    kind = "nats"

    def __init__(self, target: NatsTarget, clock: Callable[[], datetime]) -> None:
        self.target = target
        self._clock = clock

    @property
    def changes(self) -> bool:
        """Whether it has a user for remediations, or one is made for each."""
        return self.target.remediation is not None or self.target.signer is not None

    def judge(self, argv: Sequence[str]) -> Judgement:
        """The verdict for a line of the NATS client."""
        return nats.judge(argv)

    async def prove(self) -> str:
        """The server's own list of the diagnostic user's rights, and refusals of what changes something."""
        target = self.target
        if target.remediation is not None and target.remediation.user == target.diagnostic.user:
            raise NotProven(f"{target.name} runs diagnostics and remediations as one user: give each its own.")
        async with session(target.server, target.diagnostic, target=target.name, caps=target.caps) as opened:
            return await prove_read_only(opened, target.diagnostic.user)

    async def look(self, argv: Sequence[str]) -> Answer:
        """Ask for what the command shows."""
        request = _request(argv)
        if request.ask is Ask.PURGE:
            raise NotAllowed("Nothing was sent: a purge is no look.")
        target = self.target
        async with session(target.server, target.diagnostic, target=target.name, caps=target.caps) as opened:
            answer = await opened.ask(*_asked(request))
            return _shown(request, answer, self._receipt(opened, target.diagnostic), target.caps)

    async def before(self, argv: Sequence[str]) -> str:
        """What the stream holds that would be purged."""
        request, target = _request(argv), self.target
        async with session(target.server, target.diagnostic, target=target.name, caps=target.caps) as opened:
            answer = await opened.ask(f"{_API}.STREAM.INFO.{request.stream}")
        state = _there(answer, "state")
        narrowed = ", ".join(f"{key} {value}" for key, value in request.filters.items())
        return (
            f"Before the purge {request.stream} holds {state['messages']} messages ({state['bytes']} bytes)"
            + (f"; purged is only {narrowed}" if narrowed else "")
            + ". A purge cannot be undone."
        )

    async def change(self, argv: Sequence[str], run: Run) -> Answer:
        """Purge the stream as the user for remediations, or as one that is made for this run."""
        request, target = _request(argv), self.target
        if request.ask is not Ask.PURGE or not self.changes:
            raise NotAllowed("Nothing was sent: only a purge is a change here.")
        subject = f"{_API}.STREAM.PURGE.{request.stream}"
        login, receipt = self._changing(request.stream)
        async with session(target.server, login, target=target.name, caps=target.caps) as opened:
            if target.signer is not None:
                await check_only_purges(opened, login.user, subject)
            run.sent = True
            answer = await opened.ask(subject, request.filters)
            receipt = {**self._receipt(opened, login), **receipt}
        purged = answer["purged"]
        if not isinstance(purged, int):
            raise TypeError("the number of purged messages is no number")
        were = "1 message was" if purged == 1 else f"{purged} messages were"
        return Answer(text=f"{were} purged from {request.stream}.", changed=purged, receipt=receipt)

    async def close(self) -> None:
        """Nothing is kept open between two steps."""

    def _changing(self, stream: str) -> tuple[Login, Facts]:
        """As whom it purges, and what the receipt says of a user that is made for that."""
        target, now = self.target, self._clock()
        if target.signer is None:
            assert target.remediation is not None, "one of both changes, or nothing does"
            return target.remediation, {}
        made = target.signer.user_for(stream, now)
        return made, {"made for": stream, "until": (now + LASTS).isoformat()}

    def _receipt(self, opened: Session, login: Login) -> Facts:
        return {"server": str(self.target.server), "user": login.user, "bytes": opened.received}


def _request(argv: Sequence[str]) -> Request:
    found = parse(argv)
    if isinstance(found, str):
        raise NotAllowed(f"Nothing was sent. {found}")
    return found


def _asked(request: Request) -> tuple[str, Facts | None]:
    """The subject and the body of a request that only looks."""
    match request.ask:
        case Ask.STREAMS:
            return f"{_API}.STREAM.LIST", {"subject": request.subject} if request.subject else None
        case Ask.SUBJECTS:
            return f"{_API}.STREAM.INFO.{request.stream}", {"subjects_filter": request.subject or ">"}
        case Ask.CONSUMERS:
            return f"{_API}.CONSUMER.LIST.{request.stream}", None
        case Ask.CONSUMER:
            return f"{_API}.CONSUMER.INFO.{request.stream}.{request.consumer}", None
        case Ask.ACCOUNT:
            return f"{_API}.INFO", None
        case _:
            return f"{_API}.STREAM.INFO.{request.stream}", None


def _shown(request: Request, answer: Facts, receipt: Facts, caps: Caps) -> Answer:
    names, rows, value = _TABLES[request.ask](answer)
    total = answer.get("total")
    more = isinstance(total, int) and request.ask in (Ask.STREAMS, Ask.CONSUMERS) and total > len(rows)
    if more and isinstance(total, int):
        value = total
    if request.raw:
        text = json.dumps(answer, indent=2, ensure_ascii=False)
        return Answer(text=text, value=value, rows=len(rows), cut=more, receipt=receipt)
    text, cut = drawn(names, rows[: caps.rows], characters=MOST_BYTES)
    hidden = more or len(rows) > caps.rows
    if request.ask in (Ask.STREAMS, Ask.CONSUMERS, Ask.SUBJECTS):
        text += f"\n{counted(min(len(rows), caps.rows), more=hidden)}"
    return Answer(text=text, value=value, rows=len(rows), cut=cut or hidden, receipt=receipt)


def _streams(answer: Facts) -> tuple[list[str], list[Row], Json]:
    rows = [
        _row(_part(each, "config").get("name"), *(_there(each, "state").get(key) for key in _HELD), _leader(each))
        for each in _listed(answer, "streams")
    ]
    return ["stream", *_HELD, "leader"], rows, len(rows)


def _stream(answer: Facts) -> tuple[list[str], list[Row], Json]:
    config, state = _there(answer, "config"), _there(answer, "state")
    facts: list[tuple[str, Json]] = [
        *((key, config.get(key)) for key in ("name", "subjects", "retention", "max_msgs", "max_bytes", "max_age")),
        *((key, config.get(key)) for key in ("storage", "num_replicas", "discard")),
        *((key, state.get(key)) for key in ("messages", "bytes", "first_seq", "first_ts", "last_seq", "last_ts")),
        *((key, state.get(key)) for key in ("num_subjects", "num_deleted", "consumer_count")),
        ("leader", _leader(answer)),
    ]
    return _facts(facts, state["messages"])


def _subjects(answer: Facts) -> tuple[list[str], list[Row], Json]:
    counts = _part(_there(answer, "state"), "subjects")
    ordered = sorted(counts.items(), key=lambda pair: (-int(str(pair[1])), pair[0]))
    return ["subject", "messages"], [_row(subject, count) for subject, count in ordered], len(ordered)


def _consumers(answer: Facts) -> tuple[list[str], list[Row], Json]:
    rows = [_row(each.get("name"), *(each.get(key) for key in _PENDING)) for each in _listed(answer, "consumers")]
    return ["consumer", *_PENDING], rows, len(rows)


def _consumer(answer: Facts) -> tuple[list[str], list[Row], Json]:
    config = _part(answer, "config")
    facts: list[tuple[str, Json]] = [
        *((key, answer.get(key)) for key in ("stream_name", "name", "created", *_PENDING)),
        *((key, config.get(key)) for key in ("filter_subject", "ack_policy", "ack_wait", "max_deliver")),
        ("delivered", _part(answer, "delivered").get("stream_seq")),
        ("acknowledged", _part(answer, "ack_floor").get("stream_seq")),
        ("leader", _leader(answer)),
    ]
    return _facts(facts, answer["num_pending"])


def _account(answer: Facts) -> tuple[list[str], list[Row], Json]:
    limits = _part(answer, "limits")
    used: list[tuple[str, Json]] = [(key, answer.get(key)) for key in ("memory", "storage", "streams", "consumers")]
    return _facts([*used, *((f"limit of {key}", value) for key, value in limits.items())], answer["streams"])


_HELD: Final = ("messages", "bytes", "consumer_count", "last_seq", "last_ts")
_PENDING: Final = ("num_pending", "num_ack_pending", "num_redelivered", "num_waiting")
_TABLES: Final = {
    Ask.STREAMS: _streams,
    Ask.STREAM: _stream,
    Ask.SUBJECTS: _subjects,
    Ask.CONSUMERS: _consumers,
    Ask.CONSUMER: _consumer,
    Ask.ACCOUNT: _account,
}


def _facts(facts: Sequence[tuple[str, Json]], value: Json) -> tuple[list[str], list[Row], Json]:
    return ["name", "value"], [_row(name, fact) for name, fact in facts if fact is not None], value


def _row(*cells: Json) -> Row:
    return [
        ", ".join(map(str, cell)) if isinstance(cell, list) else None if cell is None else str(cell) for cell in cells
    ]


def _leader(answer: Facts) -> Json:
    return _part(answer, "cluster").get("leader")


def _part(answer: Facts, key: str) -> Facts:
    part = answer.get(key)
    return part if isinstance(part, Mapping) else {}


def _there(answer: Facts, key: str) -> Facts:
    """A part that every answer of its kind has. Raises LookupError or TypeError: another answer is no empty one."""
    part = answer[key]
    if not isinstance(part, Mapping):
        raise TypeError(f"{key} is no object")
    return part


def _listed(answer: Facts, key: str) -> list[Facts]:
    """The same for a list of objects; the server may write null for an empty one."""
    listed = answer[key] if answer[key] is not None or answer.get("total") != 0 else []
    if not isinstance(listed, list):
        raise TypeError(f"{key} is no list")
    found = [each for each in listed if isinstance(each, Mapping)]
    if len(found) < len(listed):
        raise TypeError(f"{key} holds what is no object")
    return found
