"""The clock asks, at the start and every hour, and people: is each target's diagnostic credential unable to write?"""

import asyncio
from collections.abc import Sequence

from commands.ports import Attestation, Ports
from incident.change import Change
from incident.digest import Facts
from incident.timeline import Event, Kind


async def attest(targets: Sequence[str], *, ports: Ports) -> tuple[Attestation, ...]:
    """Prove each target anew. What is not proven is off, visibly, until it is; both go on the system's timeline."""
    attestations = await asyncio.gather(*(ports.executors.of(target).attest() for target in targets))
    for each in attestations:
        facts: Facts = {"target": each.target, "proven": each.proven, "proof": each.proof}
        event = Event(kind=Kind.ATTESTED, at=each.at, facts=facts)
        cause = f"attest:{each.target}:{each.at.isoformat()}"
        await ports.store.save(Change(cause=cause, at=each.at, events=(event,)))
    return tuple(attestations)
