"""A command that only carries another to where it runs: `docker exec db psql …`, `ssh host …`."""

from collections.abc import Mapping

from msgspec import Struct, field


class Carried(Struct, frozen=True, kw_only=True):
    """The command inside, and the place where its author wants it run.

    ``via`` is ``docker``, ``compose``, ``kubernetes``, ``ecs`` or ``ssh``. ``names`` says the place as it is written:
    ``container``, ``service``, ``pod``, ``namespace``, ``context``, ``host``… A host's shell line arrives as one text
    in ``line`` with an empty ``argv``; everything else as ``argv``. The exec itself is never run for a data client.
    """

    via: str
    argv: tuple[str, ...]
    line: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
