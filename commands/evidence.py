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
    raise refusal.UnknownWord(asked=word, usage=f"/incident evidence {USAGE}")


def _step(asked: Asked, name: str, ports: Ports) -> Step:
    """The step of that id, in whatever procedure: another than the incident's may be walked. Raises NoSuchStep."""
    catalog, own = ports.runbooks.catalog(asked.incident.system), procedure_of(asked.incident, ports)
    every = [step for procedure in catalog.procedures for step in procedure.remediations] if catalog else []
    for step in every:
        if step.id == name:
            return step
    raise refusal.NoSuchStep(asked=name, offered=tuple(each.id for each in own.remediations) if own else ())
