"""One look at a Redis: the words judged anew, sent in their bounded form, and the answer as lines for people."""

import hiredis
from msgspec import Struct
from msgspec.structs import replace

from bot.executors.caps import Caps
from bot.executors.redis.session import Login, Refused, Reply, Server, Session, items
from bot.executors.table import Row, drawn, listed
from bot.executors.tool.answer import Answer, NotAllowed
from compiler.proof import redis
from incident.digest import Facts, Json
from incident.plan import shown
from incident.verdict import Verdict

MOST_KEYS = redis.MAX_ELEMENTS * 10
"""The most keys (or fields, or members) that one scan collects."""

_MOST_PAGES = 1000
"""A scan that finds little in many keys ends here, and says that there may be more."""

_CURSOR_AT = {"SCAN": 1, "SSCAN": 2, "HSCAN": 2, "ZSCAN": 2}
_PAIRED = frozenset({"HSCAN", "ZSCAN", "CONFIG", "MEMORY", "XINFO"})
_MEANINGS = {-2: "there is no such key", -1: "it never expires"}


class Command(Struct, frozen=True, kw_only=True):
    """The words of one command, and what Muster adds to them."""

    words: tuple[str, ...]
    matching: str | None = None
    """Every key that a scan for this pattern finds is meant."""
    pick: str | None = None
    """The one line of INFO that matters."""

    def __str__(self) -> str:
        """For receipts."""
        added: Facts = {"matching": self.matching} if self.matching is not None else {}
        return shown({"redis": list(self.words), **added, **({"pick": self.pick} if self.pick is not None else {})})


def command_of(command: Facts) -> Command:
    """The command of a plan. Raises NotAllowed when it is none of Redis."""
    given = {key: str(command[key]) for key in ("matching", "pick") if key in command}
    return Command(words=_words(command), matching=given.get("matching"), pick=given.get("pick"))


def _words(command: Facts) -> tuple[str, ...]:
    words = command.get("redis")
    if not isinstance(words, list | tuple) or not words or not all(isinstance(word, str) for word in words):
        raise NotAllowed("Nothing was sent: the step holds no words that a Redis could take.")
    return tuple(str(word) for word in words)


def judged(facts: Facts) -> Command:
    """What may be sent: judged here and now whatever the plan says, and bounded. Raises NotAllowed."""
    command = command_of(facts)
    judgement = redis.judge(command.words)
    if command.matching is not None or judgement.verdict is not Verdict.READ_ONLY:
        why = judgement.reason if judgement.verdict is not Verdict.READ_ONLY else "it changes every key that matches"
        raise NotAllowed(f"Nothing was sent, because this is not read-only: {why}.")
    return replace(command, words=redis.bounded(command.words))


async def look(session: Session, command: Command, *, caps: Caps) -> Answer:
    """Send what ``judged`` let through. Raises one of the session's FAULTS.

    ``value`` is the number, text or flag that was answered; of several items their number, one more than is read when
    there are more; of a line of INFO that ``pick`` names, what stands there.
    """
    words = command.words
    name = words[0].upper()
    if name in _CURSOR_AT:
        found, more = await scan(session, words)
        value: Json = (len(found) if name not in _PAIRED else len(found) // 2) + more
        return _drawn(_rows(name, found), value, more, caps)
    reply = await session.ask(*words)
    if isinstance(reply, list):
        value = len(reply) // 2 if name in _PAIRED and words[1].upper() != "USAGE" else len(reply)
        return _drawn(_rows(name, reply), value, False, caps)
    if name == "INFO":
        return _info(str(reply), command.pick, caps)
    return _single(name, reply, caps)


async def scan(session: Session, words: tuple[str, ...], *, most: int = MOST_KEYS) -> tuple[list[Reply], bool]:
    """What a scan finds, each once, and whether there is more than ``most``. Raises one of FAULTS."""
    place = _CURSOR_AT[words[0].upper()]
    step = 2 if words[0].upper() in _PAIRED else 1
    found: dict[str, list[Reply]] = {}
    cursor = "0"
    for _ in range(_MOST_PAGES):
        page = items(await session.ask(*words[:place], cursor, *words[place + 1 :]))
        part = items(page[1])
        found.update((str(part[at]), list(part[at : at + step])) for at in range(0, len(part), step))
        cursor = str(page[0])
        if cursor == "0" or len(found) > most:
            break
    kept = list(found.values())[:most]
    return [each for group in kept for each in group], cursor != "0" or len(found) > most


def _single(name: str, reply: Reply, caps: Caps) -> Answer:
    value = None if isinstance(reply, list | hiredis.ReplyError) else reply
    meaning = _MEANINGS.get(value) if name in ("TTL", "PTTL") and isinstance(value, int) else None
    lines: list[str | None] = [None] if reply is None else [*str(reply).splitlines()]
    return _drawn([[f"{line} ({meaning})" if meaning else line] for line in lines], value, False, caps, single=True)


def _info(text: str, pick: str | None, caps: Caps) -> Answer:
    lines = [line.split(":", 1) for line in text.splitlines() if ":" in line and not line.startswith("#")]
    if pick is None:
        return replace(_drawn([[name, value] for name, value in lines], len(lines), False, caps), plain=text)
    found = dict(lines).get(pick)
    if found is None:
        raise Refused(f"ERR INFO shows no line {pick[:40]!r}")
    return _drawn([[pick, found]], int(found) if found.isdecimal() else found, False, caps, single=True)


def _drawn(rows: list[Row], value: Json, more: bool, caps: Caps, *, single: bool = False) -> Answer:
    width = max((len(row) for row in rows), default=1)
    full = [[*row, *[""] * (width - len(row))] for row in rows]
    names = ["answer"] if width == 1 else ["name", "value", *(f"{n}" for n in range(3, width + 1))]
    hidden = more or len(full) > caps.rows
    if len(full) == 1 and not hidden:
        text, cut = drawn(names, full, characters=caps.characters)
    else:
        text, cut = listed(names, full[: caps.rows], more=hidden, characters=caps.characters)
    plain = "".join(f"{part or ''}\n" for row in rows for part in row)
    return Answer(
        text=text, plain=plain, value=value, rows=len(full), cut=cut, more=more, single=single and value is not None
    )


def _rows(name: str, reply: list[Reply]) -> list[Row]:
    if name in _PAIRED and not any(isinstance(each, list) for each in reply[::2]):
        return [[_cell(part) for part in reply[at : at + 2]] for at in range(0, len(reply), 2)]
    return [[_cell(each)] for each in reply]


def _cell(reply: Reply) -> str | None:
    if isinstance(reply, list):
        return "  ".join(_cell(each) or "∅" for each in reply)
    return None if reply is None else str(reply)


def receipt(session: Session, server: Server, login: Login) -> Facts:
    """Where it was asked, as whom, and how much came back."""
    return {
        "server": str(server),
        "user": login.user,
        "commands": session.calls,
        "bytes": session.received,
    }
