"""Can what Muster starts on a host only look? Asked of programs that are started just as every step's are."""

import re
from collections.abc import Sequence
from typing import Final, Protocol

from bot.executors.attestation import NotProven
from bot.executors.host.start import Ended
from bot.executors.tool.answer import Unanswered

_CAPABILITIES: Final = ("CapEff", "CapPrm", "CapAmb")
_AS_GOOD_AS_ROOT: Final = frozenset(
    {"root", "docker", "podman", "disk", "sudo", "wheel", "admin", "lxd", "shadow", "kmem"}
)
_ROOTS: Final = ("/etc", "/usr", "/var/log", "/logs")
"""Where nothing may be writable, two folders deep."""
_CANARY: Final = "/var/log/.muster-canary.XXXXXX"


class Host(Protocol):
    """What starts programs on a host."""

    async def run(self, argv: Sequence[str]) -> Ended:
        """Run one to its end. Raises Denied or Unanswered."""
        ...


async def prove_read_only(host: Host) -> str:
    """One sentence of proof, or NotProven with what the account could change. Raises Denied or Unanswered."""
    facts = _facts(await host.run(["cat", "/proc/self/status"]))
    uids = facts.get("Uid", "0").split()
    if "0" in uids:
        raise NotProven("Its programs run as root: name an account that may do nothing else for this target.")
    if rights := [name for name in _CAPABILITIES if int(facts.get(name, "1"), 16)]:
        raise NotProven(f"Programs start with rights of root ({rights[0]}): take its capabilities away.")
    groups = set((await host.run(["id", "-Gn"])).output.decode("utf-8", "replace").split())
    if strong := sorted(groups & _AS_GOOD_AS_ROOT):
        raise NotProven(f"The account is in the group {strong[0]}, which is as good as root: take it out.")
    await _refused_a_write(host)
    sought = ", ".join(_ROOTS)
    return (
        f"Steps run as uid {uids[0]} without capabilities; nothing in {sought} is writable to it, two folders deep, "
        "and a new file in /var/log was refused."
    )


async def _refused_a_write(host: Host) -> None:
    """Look for a place that is writable, then try to write to one that must not be."""
    sought = ["find", *_ROOTS, "-maxdepth", "2", "-writable", "!", "-type", "l", "!", "-type", "c", "-print", "-quit"]
    looked = await host.run(sought)
    if looked.code not in (0, 1):
        raise Unanswered(f"It could not be told what is writable: {looked.complaint}")
    if writable := looked.output.decode("utf-8", "replace").strip():
        raise NotProven(f"The account of diagnostics may write to {writable}: take that right from it.")
    tried = await host.run(["mktemp", _CANARY])
    made = tried.output.decode("utf-8", "replace").strip()
    if tried.code == 0:
        await host.run(["rm", "-f", made])
        raise NotProven(f"The account of diagnostics could make {made}: take that right from it.")
    if not re.search(r"Permission denied|Read-only file system", tried.complaint):
        raise Unanswered(f"A write that must fail did so for another reason: {tried.complaint}")


def _facts(status: Ended) -> dict[str, str]:
    lines = status.output.decode("utf-8", "replace").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
