"""The whole line, through the same deliveries that people cause: a page to a post-mortem, with nothing left out."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bench.line import COMPLETE, USABLE, Done
from demo.stage import Stage
from demo.story import Story
from demo.storybook import SYSTEM
from sandbox.record.calls import Call
from tests.stories.rig import PATIENCE

SLOW, BRISK = 1.0, 0.1
"""Seconds that a call takes: long enough that, on a busy machine too, chains can be told from parallel calls."""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The demo with slow calls to Slack."""
    async with Stage(SYSTEM, tmp_path, latency=SLOW) as it:
        it.sandbox.wait_longer(PATIENCE)
        yield it


async def test_the_story_heals_the_patient_and_leaves_the_whole_record(stage: Stage) -> None:
    """A page becomes a channel, a diagnosis, an approved fix and a draft; the report is read from the record."""
    told: list[str] = []
    _hurry_after(stage, USABLE)
    report = await Story(stage, told.append).play()

    assert report["healed"] is True
    assert report["severity"] == "P1"
    assert report["sequential_calls_to_usable"] == len(USABLE)
    assert report["outcome"]["state"] == "ran"
    assert report["approval"]["requester"] != report["approval"]["approver"]
    assert len(report["approval"]["digest"]) == 64
    assert {finding["verdict"] for finding in report["findings"]} == {"read-only"}
    assert all(finding["receipt"] for finding in report["findings"] if not finding["error"])
    assert {clock["kind"] for clock in report["clocks"]} >= {"acknowledge", "update", "escalate", "postmortem"}
    draft = Path(report["postmortem"])
    assert draft.read_text(encoding="utf-8").startswith("#")
    assert json.loads(draft.with_suffix(".json").read_text(encoding="utf-8"))["schema"] == "muster.postmortem"
    async with asyncio.timeout(60):
        while not await stage.patient.healthy():
            await asyncio.sleep(0.2)
    assert not [call for call in stage.sandbox.calls.all() if call.end is not None and not call.ok]


async def test_an_alert_is_usable_after_two_calls_and_complete_after_at_most_four(stage: Stage) -> None:
    """The longest chains of Slack calls that waited for one another, as the sandbox computes them."""
    await stage.patient.fault("stuck-jobs", True)
    await stage.monitor.fire("StorybookJobsStuck")
    cause = await stage.sandbox.pulse.until(lambda: _cause(stage), 60, lambda: "the opening never became complete")

    assert len(stage.sandbox.calls.chain(cause, *USABLE)) == 2
    assert len(stage.sandbox.calls.chain(cause, *COMPLETE)) <= 4


def _hurry_after(stage: Stage, wanted: Sequence[Done]) -> None:
    """Once all that was done, calls are slow no more: what is measured has ended."""

    def heard(_: Call) -> None:
        if _done(stage, wanted):
            stage.sandbox.faults.delay(BRISK)

    stage.sandbox.calls.listen(heard)


def _done(stage: Stage, wanted: Sequence[Done]) -> list[Call]:
    """The calls so far, if all that was done by them; else none."""
    calls = [call for call in stage.sandbox.calls.all() if call.end is not None]
    return calls if all(any(done(call) for call in calls) for done in wanted) else []


def _cause(stage: Stage) -> str | None:
    calls = _done(stage, COMPLETE)
    if not calls:
        return None
    return next(call.cause for call in calls if call.method == "conversations.create")
