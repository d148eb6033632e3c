"""Which systems a change concerns: by their ids, by a repository of GitHub, or by a service of Amazon ECS."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from incident.system_change import SystemChange, change_id

LONGEST: Final = 120
"""Characters of a name, a revision or an environment that are kept."""
LONGEST_WHAT: Final = 300


class Places(Struct, frozen=True, kw_only=True):
    """The systems that there are, and what of other places belongs to which. Names are compared in lower case."""

    systems: tuple[str, ...]
    repositories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """``owner/name`` → the systems that it is of."""
    services: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """``cluster/service`` or ``service`` → the systems that it is of."""

    def of_repository(self, name: str) -> tuple[str, ...]:
        """The systems of a repository; none for one that no system names."""
        return self.repositories.get(name.lower(), ())

    def of_service(self, name: str) -> tuple[str, ...]:
        """The systems of a service, by its name with its cluster or without."""
        return self.services.get(name.lower()) or self.services.get(name.lower().rpartition("/")[2], ())


def for_each(change: SystemChange, systems: Sequence[str]) -> tuple[SystemChange, ...]:
    """The change for each system that it concerns."""
    return tuple(replace(change, id=change_id(change.id, system), system=system) for system in systems)
