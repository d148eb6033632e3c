"""``/incident evidence``: keep an incident's evidence, let one step run nevertheless, or keep it no longer."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final, Protocol

from commands.answers import Done
from commands.asked import Asked, first_word, procedure_of
from commands.finishing import settle
from commands.ports import Ports
from incident import freezing, refusal
from incident.approval import Approval
from incident.change import Change
from incident.incident import Incident
from incident.responder import UserId
from incident.runbook import Step

USAGE: Final = "freeze [reason], lift step reason, or end reason"


class Decision(Protocol):
    """What becomes of an incident's evidence, once its reason is known."""

    def __call__(
        self, incident: Incident, *, by: UserId, requests: Sequence[Approval], cause: str, now: datetime
    ) -> Change: ...


async def evidence(asked: Asked, *, ports: Ports) -> Done:
    """The first word says what. Raises UnknownWord, NoSuchStep, and what the decision refuses."""
    word, rest = first_word(asked.words)
    if word == "freeze":
        return await _decide(asked, partial(freezing.freeze_evidence, reason=rest), ports)
    if word == "lift":
        name, reason = first_word(rest)
        if not name:
            raise refusal.UnknownWord(asked="", usage="/incident evidence lift step reason")
        step = _step(asked, name, ports)
        return await _decide(asked, partial(freezing.lift_evidence, step=step, reason=reason), ports)
    if word == "end":
        return await _decide(asked, partial(freezing.release_evidence, reason=rest), ports)
    raise refusal.UnknownWord(asked=word, usage=f"/incident evidence {USAGE}")


async def _decide(asked: Asked, decision: Decision, ports: Ports) -> Done:
    async def decided(incident: Incident) -> Change:
        requests = await ports.store.approvals_of(incident.id)
        return decision(incident, by=asked.by, requests=requests, cause=asked.cause, now=asked.at)

    return await settle(asked, ports, decided)


def _step(asked: Asked, name: str, ports: Ports) -> Step:
    """The step of that id, in whatever procedure and system: another may be walked, or reach the same target.

    Raises NoSuchStep.
    """
    own = procedure_of(asked.incident, ports)
    for system in (asked.incident.system, *ports.runbooks.systems):
        catalog = ports.runbooks.catalog(system)
        for procedure in catalog.procedures if catalog else ():
            if step := next((each for each in procedure.remediations if each.id == name), None):
                return step
    raise refusal.NoSuchStep(asked=name, offered=tuple(each.id for each in own.remediations) if own else ())
