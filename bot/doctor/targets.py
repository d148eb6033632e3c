"""What the doctor says of each target: what it is, whether its diagnostics run, and who makes changes there."""

from collections.abc import Iterable, Iterator

from bot.doctor.remark import Remark, fail, ok, warn
from commands.ports import Attestation, Target
from incident.runbook import Catalog

_MEND = "until then diagnostics on it are off; docs/settings.md says how its diagnostic identity is made"

_BIND = "name its target in muster.yaml, or take its watch out of the overlay: until then it raises no alert"


def look_at_targets(targets: Iterable[Target]) -> Iterator[Remark]:
    """One remark for each, from its newest attestation."""
    for each in targets:
        about, what = f"target {each.name}", f"{each.executor}, {each.environment}"
        what += "" if each.changes else ", changes nothing: it has no identity for remediations"
        if each.attestation is None:
            yield warn(about, f"{what}. Its proof has not come yet.", "ask again in a moment")
        elif each.attestation.proven:
            yield ok(about, f"{what}. {_told(each.attestation)}")
        else:
            yield fail(about, f"{what}. {_told(each.attestation)}", _MEND)


def _told(attestation: Attestation) -> str:
    return f"{attestation.proof} Asked at {attestation.at:%H:%M} UTC."


def look_at_watches(catalogs: Iterable[Catalog]) -> Iterator[Remark]:
    """One remark for each system that has watches; those that cannot look are named."""
    for catalog in catalogs:
        unable = [step for step in catalog.watched if not step.runnable]
        about = f"watches {catalog.title}"
        for step in unable:
            yield warn(about, f"“{step.id}” is watched, but Muster cannot look: {step.reason}", _BIND)
        if len(catalog.watched) > len(unable):
            yield ok(about, f"Diagnostics that look by themselves: {len(catalog.watched) - len(unable)}.")
