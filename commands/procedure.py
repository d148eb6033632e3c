"""``/incident procedure``: the runbook's procedures, and the one under way, walked step by step by whoever is there."""

import difflib
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from commands.answers import Answer, Form, FormWanted, Procedures, Underway
from commands.asked import Asked, first_word, unquoted
from commands.ports import Ports
from commands.turns import catalog_of, turn_now
from commands.walk_card import walk_message
from commands.walk_steps import abort, begin, done, form_for, roll_back, skip, take_step
from incident import refusal
from incident.runbook import Catalog, Procedure, StepKind
from incident.typed import visible


async def procedure(asked: Asked, *, ports: Ports) -> Answer:
    """Show the one under way, list them, or begin one by its name; *next*, *done*, *skip*, *abort*, *rollback* go on.

    Raises NoProcedure, NoSuchProcedure, NoSuchWalk, and whatever the step refuses.
    """
    head, rest = first_word(asked.words)
    goes_on = _WORDS.get(head.lower())
    if goes_on is not None:
        return await goes_on(asked, rest, ports)
    if head:
        return await begin(asked, named(asked.words, catalog_of(asked.incident, ports)).id, ports=ports)
    going = asked.incident.going
    if going is not None:
        return Underway(message=await walk_message(asked.incident, going, ports))
    return listed(asked, ports=ports)


def listed(asked: Asked, *, ports: Ports) -> Procedures:
    """The procedures of the incident's system: its own first, the others by what they are for. Raises NoProcedure."""
    every = [each for each in catalog_of(asked.incident, ports).procedures if each.steps]
    own = next((each for each in every if each.id == asked.incident.procedure), None)
    others = sorted((each for each in every if each is not own), key=lambda each: each.purpose)
    return Procedures(incident=asked.incident, own=own, others=tuple(others))


def named(words: str, catalog: Catalog) -> Procedure:
    """The procedure that a person means: by its id, its title, or a part of one. Raises NoSuchProcedure."""
    wanted = unquoted(words).casefold()
    by_name = {each.id.casefold(): each for each in catalog.procedures}
    by_name |= {each.title.casefold(): each for each in catalog.procedures}
    if wanted in by_name:
        return by_name[wanted]
    meant = {each.id: each for name, each in by_name.items() if wanted in name}
    if len(meant) == 1:
        return next(iter(meant.values()))
    near = [each.title for each in meant.values()] or difflib.get_close_matches(wanted, list(by_name), n=3, cutoff=0.5)
    raise refusal.NoSuchProcedure(asked=words.strip(), offered=tuple(near[:3]))


async def _next(asked: Asked, rest: str, ports: Ports) -> Answer:
    return await take_step(asked, turn_now(asked.incident), ports=ports)


async def _done(asked: Asked, rest: str, ports: Ports) -> Answer:
    turn = turn_now(asked.incident)
    _, leg = turn.among(asked.incident)
    if leg.kind is StepKind.MANUAL and (leg.gives or not visible(rest)):
        return await take_step(asked, turn, ports=ports)
    return await done(asked, turn, note=rest, value="", ports=ports)


async def _skip(asked: Asked, rest: str, ports: Ports) -> Answer:
    turn = turn_now(asked.incident)
    if not visible(rest):
        return form_for(Form.STEP_SKIP, asked, turn, ports=ports)
    return await skip(asked, turn, reason=rest, ports=ports)


async def _abort(asked: Asked, rest: str, ports: Ports) -> Answer:
    turn = turn_now(asked.incident)
    if not visible(rest):
        return FormWanted(form=Form.WALK_ABORT, incident=asked.incident, turn=turn)
    return await abort(asked, turn.walk, reason=rest, ports=ports)


async def _back(asked: Asked, rest: str, ports: Ports) -> Answer:
    turn = turn_now(asked.incident)
    if not visible(rest):
        return FormWanted(form=Form.WALK_BACK, incident=asked.incident, turn=turn)
    return await roll_back(asked, turn.walk, reason=rest, ports=ports)


_WORDS: Final[Mapping[str, Callable[[Asked, str, Ports], Awaitable[Answer]]]] = {
    "next": _next,
    "done": _done,
    "skip": _skip,
    **dict.fromkeys(("abort", "stop", "cancel"), _abort),
    "rollback": _back,
}
