"""What must hold when a step runs or has run: a remediation's guard, a diagnostic's healthy value."""

import re
from collections.abc import Mapping
from typing import Final

from compiler.command import command_of, judged
from compiler.proof import tools
from compiler.section import Section
from incident.digest import Facts
from incident.expectation import Expectation, Operator
from incident.runbook import Guard, GuardKind
from incident.verdict import Verdict

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def guarded(section: Section, executor: str, command: Facts, values: Mapping[str, int | str]) -> Guard:
    """The guard of a remediation whose command is ``command``. Raises CatalogError."""
    guard = _guard(section, executor, values)
    if "matching" in command and guard.kind is not GuardKind.COUNT:
        raise section.wrong("guard", "must be a “count”, because how many keys match changes by itself")
    return guard


def _guard(section: Section, executor: str, values: Mapping[str, int | str]) -> Guard:
    """A remediation must name a guard, if only to say that there is none."""
    guard = section.section("guard")
    if guard is None:
        raise section.wrong("guard", "is missing: name “rows”, “count”, “fingerprint”, or “none: …” with the reason")
    if "none" in guard:
        why = guard.text("none")
        guard.done()
        return Guard(kind=GuardKind.NONE, why=why)
    if "fingerprint" in guard:
        of = guard.text("of")
        made = Guard(kind=GuardKind.FINGERPRINT, probe=_probe(guard, "fingerprint", executor, values), of=of)
        guard.done()
        return made
    kind = GuardKind.ROWS if "rows" in guard else GuardKind.COUNT
    if kind is GuardKind.ROWS and executor != "postgres":
        raise guard.wrong("rows", "is a guard of SQL alone: name a “count”")
    probe = _probe(guard, kind.value, executor, values)
    headroom = guard.whole("headroom") or 0
    if headroom < 0:
        raise guard.wrong("headroom", "must not be below 0")
    guard.done()
    return Guard(kind=kind, probe=probe, headroom=headroom)


def _probe(guard: Section, key: str, executor: str, values: Mapping[str, int | str]) -> Facts:
    """The read under a guard's key."""
    probe = guard.section(key)
    if probe is None:
        kinds = "“rows” or “count” with the read that counts, “fingerprint” with the read that shows a value"
        raise guard.wrong(key, f"is no read: a guard names {kinds}, or “none” with the reason")
    counting, command = command_of(probe)
    judgement, command = judged(probe, counting, command, values)
    probe.done()
    if counting != executor or judgement.verdict is not Verdict.READ_ONLY:
        raise guard.wrong(key, f"must be a read on the same target, and this is not: {judgement.reason}")
    return command


def expectation(section: Section, key: str) -> Expectation | None:
    """The comparison under a key such as ``expects: {at most: 5}``; None when it is not there."""
    expects = section.section(key)
    if expects is None:
        return None
    for operator in Operator:
        if operator.value in expects:
            value = expects.number_or_text(operator.value)
            if operator is not Operator.IS and isinstance(value, str):
                raise expects.wrong(operator.value, "must be a number")
            expects.done()
            # A healthy text such as 5 is compared as it is written, not as 5.0.
            whole = operator is Operator.IS and isinstance(value, float) and value.is_integer()
            return Expectation(operator=operator, value=str(int(value)) if whole else value)
    raise section.wrong(key, f"must name one of {', '.join(Operator)}")


def pinned(entry: Section, executor: str, command: Facts) -> str:
    """The SHA-256 of the one content that a script may have. Raises CatalogError."""
    pin, argv = entry.text("sha256"), command.get("argv")
    if executor != "host" or not isinstance(argv, list) or not tools.is_script([str(word) for word in argv]):
        raise entry.wrong("sha256", "pins the content of a script on a host, and this step runs none")
    if not _SHA256.fullmatch(pin):
        raise entry.wrong("sha256", "must be the 64 lower-case hexadecimal characters that sha256sum prints")
    return pin
