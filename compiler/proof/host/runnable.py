"""What Muster does itself on a host: it looks. It has no identity there that may change anything."""

from collections.abc import Sequence

from compiler.proof import host
from incident.verdict import Verdict


def runnable(argv: Sequence[str]) -> str:
    """Why it is done by a person, as a sentence; empty when Muster can do it."""
    if host.judge(argv).verdict is Verdict.READ_ONLY:
        return ""
    return "Muster only looks at hosts: it has no identity of its own there for changes."
