"""``/incident evidence``: keep an incident's evidence, let one step run nevertheless, or keep it no longer."""

from commands.answers import Done
from commands.asked import Asked, first_word, procedure_of
from commands.finishing import settle
from commands.ports import Ports
from incident import freezing, refusal
from incident.runbook import Step

USAGE = "freeze [reason], lift step reason, or end reason"


async def evidence(asked: Asked, *, ports: Ports) -> Done:
    """The first word says what. Raises UnknownWord, NoSuchStep, and what the decision refuses."""
    word, rest = first_word(asked.words)
    if word == "freeze":
        return await settle(
            asked,
            ports,
            lambda it: freezing.freeze_evidence(it, by=asked.by, reason=rest, cause=asked.cause, now=asked.at),
        )
    if word == "lift":
        name, reason = first_word(rest)
        step = _step(asked, name, ports)
        return await settle(
            asked,
            ports,
            lambda it: freezing.lift_evidence(
                it, step=step, by=asked.by, reason=reason, cause=asked.cause, now=asked.at
            ),
        )
    if word == "end":
        return await settle(
            asked,
            ports,
            lambda it: freezing.release_evidence(it, by=asked.by, reason=rest, cause=asked.cause, now=asked.at),
        )
    raise refusal.UnknownWord(asked=word, usage=USAGE)


def _step(asked: Asked, name: str, ports: Ports) -> Step:
    procedure = procedure_of(asked.incident, ports)
    known = {each.id: each for each in procedure.remediations} if procedure else {}
    if name not in known:
        raise refusal.NoSuchStep(asked=name, offered=tuple(known))
    return known[name]
