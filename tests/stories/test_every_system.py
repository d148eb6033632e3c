"""The story of each system that the demo can show: its fault is healed, and the post-mortem says so."""

import os
from pathlib import Path

import pytest

from demo.stage import Stage
from demo.story import Story
from demo.systems import MODULES, find
from tests.stories.rig import PATIENCE
from tests.systems.ward import catalog_of, runnable

pytestmark = pytest.mark.xdist_group("every-system")


@pytest.mark.parametrize("name", [name for name in MODULES if name != "ai-storybook"])
async def test_a_story_heals_its_system(name: str, tmp_path: Path) -> None:
    """The storybook's own is told in test_line."""
    async with Stage(find(name), tmp_path, tiers=False) as stage:
        stage.sandbox.wait_longer(PATIENCE)
        told = await Story(stage, tell=lambda line: None).play()
        assert told["healed"]
        assert told["outcome"]["state"] == "ran"
        assert not await stage.patient.firing()
    errors = {finding["step"]: finding["error"] for finding in told["findings"] if finding["error"]}
    # Whoever runs this may be an administrator, and then hosts are not looked at.
    hosts = {step.id for step in runnable(catalog_of(name)) if step.executor == "host" and os.geteuid() != 0}
    assert not {step: error for step, error in errors.items() if step not in hosts}
