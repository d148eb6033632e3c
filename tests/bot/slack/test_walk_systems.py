"""Every procedure of the five systems' runbooks can be begun, and Slack takes its message at each step."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.runbooks.files import CATALOG, OVERLAY, read_text
from bot.slack.walk_card import walk_card
from bot.slack.walk_modals import wanted
from commands.answers import Form, FormWanted
from commands.messages import WalkMessage
from compiler.catalog import load
from incident import walking
from incident.course import Turn
from incident.runbook import Procedure
from incident.walk import LegState
from sandbox.blocks.guard import message_blocks, view_payload
from sandbox.blocks.walk import total_text
from tests.bot.slack.examples import ADA, NOW, an_incident
from tests.bot.slack.reading import buttons

RUNBOOKS = Path(__file__).resolve().parents[3] / "runbooks"


def procedures(system: str) -> tuple[Procedure, ...]:
    """All of a system's procedures that have steps."""
    folder = RUNBOOKS / system
    catalog = load(read_text(folder / CATALOG), CATALOG, read_text(folder / OVERLAY), OVERLAY)
    return tuple(each for each in catalog.procedures if each.steps)


@pytest.mark.parametrize("system", sorted(each.name for each in RUNBOOKS.iterdir() if each.is_dir()))
def test_every_procedure_is_shown_and_asked_about_at_every_step(system: str) -> None:
    for procedure in procedures(system):
        begun = walking.begin(an_incident(), procedure, by=ADA, cause=procedure.id, now=NOW).incident
        assert begun is not None
        walk = begun.walks[-1]
        for index, leg in enumerate(walk.legs):
            incident = begun.with_walk(walk)
            steps = tuple(walk.taking(at, step) for at, step in enumerate(procedure.steps))
            shown = walk_card(
                WalkMessage(incident=incident, walk=walk, steps=steps, findings={}, requests={}, has_way_back=True)
            )
            assert message_blocks(shown["blocks"])
            assert total_text(shown["blocks"]) < 10_000
            assert f"{incident.id}\n{walk.id}\n{index}\n0" in buttons(shown).values()
            turn = Turn(walk=walk.id, index=index)
            for form in (Form.STEP_RUN, Form.STEP_DONE, Form.STEP_SKIP):
                assert view_payload(wanted(FormWanted(form=form, turn=turn, step=steps[index]), incident))
            walk = walk.with_leg(index, replace(leg, state=LegState.DONE))
