"""``/incident silence``: alerts are kept quiet for a while, listed, and heard again before its end."""

from commands.answers import Silences
from commands.asked import Asked, first_word
from commands.deciding import anew, said_before
from commands.gating import may_stop
from commands.ports import Ports
from incident import refusal, silencing
from incident.change import Change
from incident.timeline import Event


async def silence(asked: Asked, *, ports: Ports) -> Silences:
    """Make one, lift one, or see those that stand.

    Raises UnknownWord, MayNotSilence, BadSilence, NoSuchSilence, UnknownApprovers.
    """
    word, rest = first_word(asked.words)
    event = None
    if word.lower() == "lift" and not rest:
        raise refusal.UnknownWord(asked="", usage="/incident silence lift, and the silence as the list shows it")
    if word.lower() not in {"", "list"}:
        if not await may_stop(asked.by, ports=ports):
            raise refusal.MayNotSilence()
        event = await _decide(asked, rest if word.lower() == "lift" else None, ports)
    return Silences(event=event, standing=await ports.store.silences(ports.clock()))


async def _decide(asked: Asked, lifted: str | None, ports: Ports) -> Event:
    async def attempt() -> Change:
        now = ports.clock()
        if lifted is None:
            systems = tuple(ports.runbooks.systems)
            change = silencing.silence(asked.words, systems=systems, by=asked.actor, cause=asked.cause, now=now)
        else:
            standing = await ports.store.silences(now)
            change = silencing.lift(lifted, standing, by=asked.actor, cause=asked.cause, now=now)
        await ports.store.save(change)
        return change

    try:
        return (await anew(attempt)).events[0]
    except refusal.NoSuchSilence:
        before = await said_before(ports.store, asked.cause)
        if before is None:
            raise
        return before
