"""How many containers of a Compose service a command asks for, where the engine alone can be asked for it.

Compose decides from the project's file what is made anew. The engine knows the containers that there are: they can be
started, one more can be made like them, and the last ones can be removed. Everything else stays with the file.
"""

import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from compiler.proof.docker.words import Command
from compiler.proof.go_flags import Refused

MOST: Final = 20
"""The most containers of one service that Muster makes there be: their ids are the step's guard, which people read."""

_PAIR: Final = re.compile(r"(?P<service>[A-Za-z0-9][\w.-]*)=(?P<count>[0-9]{1,4})", re.ASCII)


class Wanted(Struct, frozen=True, kw_only=True):
    """The services that shall run; ``count`` is how many containers of the only one, or None: those that there are."""

    services: tuple[str, ...]
    count: int | None = None
    alone: bool = False
    """Whether nobody looks at what the service depends on."""


def wanted(command: Command) -> Wanted | None:
    """What the command asks for; None for a command of another kind. Raises Refused with the reason, a clause."""
    line = command.line
    if command.path == ("compose", "scale"):
        return _scaled(line.operands, alone=line.on("no-deps"))
    if command.path != ("compose", "up"):
        return None
    if not line.on("detach"):
        raise Refused("without --detach it goes on until somebody ends it")
    if not line.operands:
        raise Refused("without the names of services it is for all that the project's file holds, which Muster lacks")
    if not (pairs := line.all("scale")):
        return Wanted(services=line.operands, alone=line.on("no-deps"))
    scaled = _scaled(pairs, alone=line.on("no-deps"))
    if line.operands != scaled.services:
        raise Refused("it takes one service at a time, the one that it scales")
    return scaled


def _scaled(pairs: Sequence[str], *, alone: bool) -> Wanted:
    read = _PAIR.fullmatch(pairs[0]) if len(pairs) == 1 else None
    if read is None:
        raise Refused("it takes one service and its number, such as worker=3")
    count = int(read["count"])
    if count == 0:
        raise Refused("with none left there is nothing to make one like later: stop the service instead")
    if count > MOST:
        raise Refused(f"Muster makes there be at most {MOST} containers of a service")
    return Wanted(services=(read["service"],), count=count, alone=alone)
