"""Anybody may declare: ``/incident declare P1 Checkout fails``, or the form when the title is missing."""

from typing import Final

from msgspec.structs import replace

from commands.answers import Answer, Declared, Form, FormWanted
from commands.asked import Asked, unquoted
from commands.ports import Ground
from incident import severity
from incident.opening import Declaration
from incident.opening import declare as decided
from incident.responder import user_of
from incident.severity import Severity

USUAL: Final = Severity.P2
"""How bad it is where nobody says."""


async def declare(asked: Asked, *, ports: Ground) -> Answer:
    """Declare from one line: a level may come first, the rest is the title; without a title the form is shown.

    Raises NoSuchSeverity, BadTitle.
    """
    level, title = severity.of_head(unquoted(asked.words))
    title = unquoted(title)
    if not title:
        return FormWanted(form=Form.DECLARE, level=level)
    declared = await declare_filled(asked, title=title, level=level or USUAL, ports=ports)
    return replace(declared, assumed=level is None)


async def declare_filled(
    asked: Asked,
    *,
    title: str,
    level: Severity,
    ports: Ground,
    summary: str = "",
    system: str | None = None,
    procedure_id: str | None = None,
) -> Declared:
    """Declare with everything that the form asks. The same delivery twice is one incident. Raises BadTitle."""
    home = system or ports.runbooks.default()
    catalog = ports.runbooks.catalog(home)
    declarer = user_of(asked.actor)
    called = ports.settings.on_call(home, asked.at)
    change = decided(
        Declaration(
            title=title,
            severity=level,
            system=home,
            by=asked.actor,
            policy=ports.settings.policy(home, level),
            reason="declared by a person",
            responders=called if declarer is None else (declarer, *called),
            summary=summary,
            procedure=catalog.procedure(procedure_id) if catalog else None,
            catalog=catalog.digest if catalog else None,
            paging=ports.settings.paging(home),
            doubt=ports.settings.doubt(home),
        ),
        cause=asked.cause,
        now=asked.at,
    )
    saved = await ports.store.save(change)
    incident = saved.incident or change.incident
    if incident is None:
        raise AssertionError("a declaration always saves an incident")
    return Declared(incident=incident, fresh=saved.fresh)
