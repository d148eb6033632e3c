"""The systems that the demo can show: each is a system that has a runbook, and its story can be told of it."""

import subprocess
import sys

import pytest

from demo.play import hint
from demo.systems import MODULES, find
from tests.systems.ward import ROOT, catalog_of, runnable


@pytest.mark.parametrize("name", MODULES)
def test_a_story_is_told_of_a_step_that_the_catalog_has(name: str) -> None:
    system = find(name)
    assert system.name == name
    (remedy,) = [step for step in runnable(catalog_of(name)) if step.id == system.plot.remedy]
    assert {parameter.name for parameter in remedy.parameters} >= set(system.plot.parameters)
    for parameter in remedy.parameters:
        parameter.read(system.plot.parameters.get(parameter.name))


def test_an_unknown_system_is_told_with_those_there_are() -> None:
    with pytest.raises(LookupError, match="no demo of 'gremlins'; choose one of: ai-storybook, "):
        find("gremlins")


def test_a_demo_starts_without_what_the_others_need() -> None:
    """Whoever plays the storybook waits for no NATS client, no SSH server and no AWS library."""
    script = "import sys; from demo.systems import find; import demo.play; find('ai-storybook'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not {"nats", "asyncssh", "boto3", "moto", "demo.synesthesia"} & set(loaded.split())


@pytest.mark.parametrize("name", MODULES)
def test_the_hint_names_the_fix_as_the_form_does(name: str) -> None:
    system = find(name)
    (remedy,) = [step for step in runnable(catalog_of(name)) if step.id == system.plot.remedy]
    assert f"choose “{remedy.title}”" in hint(system)
