"""``/incident doctor``: whether Muster can look and act where the incident is, and what is off, with the reason."""

from commands.answers import Checkup, StepsOf
from commands.asked import Asked
from commands.attest import attest
from commands.ports import Ports, Target
from incident.incident import Incident
from incident.runbook import Catalog, StepKind

EVERYWHERE = "all"
"""Said behind the word, it asks for every target and not only those of the incident's system."""
COUNTED = 100


async def doctor(asked: Asked, *, ports: Ports) -> Checkup:
    """Seen only by whoever asks. What is not proven is asked anew first: perhaps it has been mended."""
    system = _system(asked.about, asked.words)
    catalogs = [ports.runbooks.catalog(each) for each in (ports.runbooks.systems if system is None else (system,))]
    known = [catalog for catalog in catalogs if catalog is not None]
    meant = {step.target for catalog in known for procedure in catalog.procedures for step in procedure.steps}
    names = [each.name for each in ports.executors.standing if system is None or each.name in meant]
    off = [each.name for each in ports.executors.standing if each.name in names and not _proven(each)]
    await attest(off, ports=ports)
    return Checkup(
        system=None if system is None else ports.runbooks.systems.get(system, system),
        targets=tuple(each for each in ports.executors.standing if each.name in names),
        steps=tuple(_steps(catalog) for catalog in known),
        nobody=tuple(each.title for each in known if not ports.settings.on_call(each.system, asked.at)),
        dead=len(await ports.store.dead_deliveries(limit=COUNTED)),
        stop=await ports.store.stopped(),
    )


def _system(about: Incident | None, words: str) -> str | None:
    """The incident's system; None for all of them."""
    return None if about is None or words.strip().lower() == EVERYWHERE else about.system


def _proven(target: Target) -> bool:
    return target.attestation is not None and target.attestation.proven


def _steps(catalog: Catalog) -> StepsOf:
    steps = [step for procedure in catalog.procedures for step in procedure.steps]
    kinds = [step.kind if step.runnable else StepKind.MANUAL for step in steps]
    return StepsOf(
        system=catalog.title,
        diagnostics=kinds.count(StepKind.DIAGNOSTIC),
        remediations=kinds.count(StepKind.REMEDIATION),
        manual=kinds.count(StepKind.MANUAL),
    )
