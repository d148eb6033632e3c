"""``changes`` in ``muster.yaml``: who may tell of deployments and pushes, and which of theirs are of which system."""

from collections.abc import Mapping
from typing import Annotated

from bot.settings.shapes import Section, Shape
from bot.settings.sources import CloudWatchSection, SignedSection, TokenSection
from bot.sources import changes_ecs, changes_generic, changes_github


class EcsSection(CloudWatchSection):
    """Amazon ECS through EventBridge: by topics of SNS, which sign, or by an API destination that sends a token."""


class ChangesSection(Section):
    """Who may tell of changes; one that is not named here is not there."""

    generic: TokenSection | None = None
    """Any tool that posts JSON to /changes."""
    github: SignedSection | None = None
    """GitHub's webhooks, at /changes/github."""
    ecs: EcsSection | None = None
    """Deployments of Amazon ECS, at /changes/ecs."""

    def variables(self) -> dict[str, tuple[str, ...]]:
        """Each one that is named → the variables with its secrets."""
        named: Mapping[str, TokenSection | SignedSection | EcsSection | None] = {
            changes_generic.NAME: self.generic,
            changes_github.NAME: self.github,
            changes_ecs.NAME: self.ecs,
        }
        return {name: section.variables() for name, section in named.items() if section is not None}

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics of SNS that may bring events of ECS."""
        return () if self.ecs is None else self.ecs.topics


class SystemChangesSection(Section):
    """What of other places belongs to one system."""

    repositories: tuple[Annotated[str, Shape(r"[\w.-]+/[\w.-]+", "write a repository such as acme/shop")], ...] = ()
    """Repositories of GitHub; one may belong to several systems."""
    services: tuple[Annotated[str, Shape(r"[\w-]+(/[\w-]+)?", "write a service such as cluster/api")], ...] = ()
    """Services of Amazon ECS, with their cluster or without."""
