"""What the doctor says of each target: what it is, whether its diagnostics run, and who makes changes there."""

from collections.abc import Iterable, Iterator

from bot.doctor.remark import Remark, fail, ok, warn
from commands.ports import Attestation, Target

_MEND = "until then diagnostics on it are off; docs/settings.md says how its diagnostic identity is made"


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
