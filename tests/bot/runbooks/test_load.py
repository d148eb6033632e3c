"""A catalog is held to what muster.yaml can reach: a step without its target is done by a person, who is told why."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.config import WrongSetting, written
from bot.doctor.remark import Grade
from bot.doctor.targets import look_at_watches
from bot.runbooks.load import load_runbooks, unwatched, within_reach, without_secrets
from compiler.catalog import load
from incident.plan import draw_up, is_as_written
from incident.runbook import Parameter, ParameterKind, StepKind
from incident.watch import Watch
from tests.fakes.runbooks import CATALOG, DATABASE, STUCK

RUNBOOKS = Path(__file__).resolve().parents[3] / "runbooks"


def test_a_configured_target_leaves_every_step_as_it_is() -> None:
    assert within_reach(CATALOG, {DATABASE: "postgres"}) == CATALOG


@pytest.mark.parametrize(
    ("kinds", "reason"),
    [
        ({}, "shop-db is no target of muster.yaml."),
        ({DATABASE: "redis"}, "shop-db is a target for redis, and the step needs postgres."),
    ],
)
def test_a_step_without_its_target_is_done_by_a_person(kinds: dict[str, str], reason: str) -> None:
    [procedure] = within_reach(CATALOG, kinds).procedures
    assert procedure.diagnostics == procedure.remediations == ()
    bound = [step for step in procedure.steps if step.id != "call-bank"]
    assert [(step.kind, step.runnable, step.reason) for step in bound] == [(StepKind.MANUAL, False, reason)] * 4


def test_a_secret_that_stands_in_a_runbooks_command_is_not_shown() -> None:
    """A refused command is a person's to do, and would stand in the checklist as it is written."""
    secret = "postgres://shop:S3cr3tPay@db/shop"
    [first] = CATALOG.procedures
    steps = (replace(first.steps[0], written=f"psql {secret}", title=f"Psql {secret}"), *first.steps[1:])
    [procedure] = without_secrets(replace(CATALOG, procedures=(replace(first, steps=steps),))).procedures
    assert [procedure.steps[0].written, procedure.steps[0].title] == [
        "psql postgres://shop:[redacted]@db/shop", "Psql postgres://shop:[redacted]@db/shop",
    ]  # fmt: skip
    assert procedure.steps[1:] == first.steps[1:]


def value_of(parameter: Parameter) -> st.SearchStrategy[str]:
    """Any value that a parameter takes."""
    if parameter.kind is ParameterKind.CHOICE:
        return st.sampled_from(parameter.choices)
    if parameter.kind is ParameterKind.INTEGER:
        return st.integers(parameter.minimum or 0, min(parameter.maximum or 2**31 - 1, 2**31 - 1)).map(str)
    return st.from_regex(re.compile(parameter.pattern, re.ASCII), fullmatch=True)


@pytest.mark.parametrize("file", sorted(RUNBOOKS.glob("*/catalog.yaml")), ids=lambda path: path.parent.name)
def test_every_remediation_of_the_five_systems_is_as_written_after_it_was_drawn_up(file: Path) -> None:
    """What is approved is rendered anew before it runs: a value that changed its type on the way would void it."""
    overlay = file.with_name("overlay.yaml")
    catalog = load(file.read_text(encoding="utf-8"), str(file), overlay.read_text(encoding="utf-8"), str(overlay))
    steps = [step for procedure in catalog.procedures for step in procedure.remediations]
    assert steps

    @settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        for step in steps:
            values = {each.name: data.draw(value_of(each)) for each in step.parameters}
            environment = step.environment or "production"
            plan = draw_up(step, values, catalog=catalog, environment=environment)
            approved = replace(plan, promise=replace(plan.promise, seen=3, most=5))
            assert is_as_written(approved, catalog, environment), step.id
            assert not is_as_written(approved, replace(catalog, digest="e" * 64), environment)

    holds()


WATCHED = replace(
    CATALOG,
    procedures=(
        replace(STUCK, steps=(replace(STUCK.steps[0], watch=Watch(every=timedelta(minutes=1))), *STUCK.steps[1:])),
    ),
)


def test_a_systems_watches_can_be_switched_off() -> None:
    assert [step.id for step in WATCHED.watched] == ["count-stuck"]
    assert unwatched(WATCHED) == CATALOG


def test_the_doctor_names_a_watch_whose_target_is_not_configured() -> None:
    (well,) = look_at_watches([WATCHED])
    assert (well.grade, well.sentence) == (Grade.OK, "Diagnostics that look by themselves: 1.")
    (warned,) = look_at_watches([within_reach(WATCHED, {})])
    assert warned.grade is Grade.WARN
    assert warned.sentence == ("“count-stuck” is watched, but Muster cannot look: shop-db is no target of muster.yaml.")
    assert list(look_at_watches([CATALOG])) == []


@pytest.mark.parametrize(
    ("folder", "wrong"),
    [
        ("nowhere", "nowhere/catalog.yaml cannot be read (No such file or directory); name the folder of the runbook"),
        (str(RUNBOOKS / "synesthesia"), "is the catalog of “synesthesia”: call the system so, or name another folder."),
    ],
)
def test_a_runbook_that_is_not_there_or_another_systems_is_told_with_file_line_and_key(
    tmp_path: Path, folder: str, wrong: str
) -> None:
    path = tmp_path / "muster.yaml"
    path.write_text(
        "slack: {announcements: C0X}\n"
        f"systems:\n  ai-storybook:\n    on_call: [U0A]\n    approvers: [U0B]\n    runbook: {folder}\n",
        encoding="utf-8",
    )
    with pytest.raises(WrongSetting) as refused:
        load_runbooks(written(path))
    assert str(refused.value).startswith(f"{path}, line 6: “systems.ai-storybook.runbook”: ")
    assert wrong in str(refused.value)
