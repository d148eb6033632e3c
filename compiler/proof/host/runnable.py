"""What Muster does itself on a host: it looks, and runs the team's own scripts whose content is pinned."""

from collections.abc import Sequence

from compiler.proof import host, tools
from incident.verdict import Verdict


def runnable(argv: Sequence[str]) -> str:
    """Why it is done by a person, as a sentence; empty when Muster can do it. A script must be pinned besides."""
    if host.judge(argv).verdict is Verdict.READ_ONLY:
        return ""
    if tools.is_script(argv):
        return f"{argv[0]} is a script: Muster runs it only with its content pinned, by `sha256` in the overlay."
    return "Muster changes nothing on a host but by a script whose content is pinned."
