"""One command as the compiler understands it: what kind it is, what it does, and what would run it."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field

from incident.digest import Facts
from incident.runbook import Parameter
from incident.verdict import Judgement


class Kind(StrEnum):
    """The innermost known client of a command, whatever carries it there."""

    SQL = "sql"
    REDIS = "redis"
    HTTP = "http"
    AWS = "aws"
    KUBERNETES = "kubernetes"
    DOCKER = "docker"
    NATS = "nats"
    GIT = "git"
    SHELL = "shell"
    """A tool of the host, or an opaque script."""
    OTHER = "other"
    """Another tool that Muster knows only as something that may change things: terraform, npm, gh …"""


class Proof(Struct, frozen=True, kw_only=True):
    """The verdict for one command with all that was understood of it.

    ``executor`` is what would run it (``postgres redis http aws kubernetes docker nats host``), None where only a
    person can. ``command`` is in that executor's terms: ``{"sql", "arguments"}``, ``{"redis": words}`` with
    ``matching`` or ``pick``, ``{"method", "path", "body", "pick"}``, else ``{"argv": words}``; ``filters`` (a list of
    argv lists) are applied in the process to what it prints. A ``{name}`` in them is the place of the parameter of that
    name. ``names`` says the target as it was written: ``service``, ``container``, ``host``, ``database``, ``url``,
    ``namespace``, ``context``, ``region``, ``server`` …
    ``kept_as`` is the variable that takes what it prints: `ID=$(…)`.
    """

    kind: Kind
    judgement: Judgement
    executor: str | None = None
    command: Facts = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    parameters: tuple[Parameter, ...] = ()
    kept_as: str = ""
