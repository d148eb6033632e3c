"""Values that steps pass on: who gives, who takes, and where nothing may be passed."""

from collections.abc import Mapping

import pytest

from incident.runbook import Step
from tests.compiler.compiling.compiled import Entry, loaded, mappings, step_id, steps
from tests.compiler.lint.linting import shell

_NEWEST = "aws rds describe-db-snapshots --query 'sort_by(DBSnapshots, &SnapshotCreateTime)[-1].DBSnapshotIdentifier'"
_RESTORE = "aws rds restore-db-instance-from-db-snapshot --db-instance-identifier x --db-snapshot-identifier"


def _taken(entries: list[Entry]) -> dict[str, str]:
    """Each parameter that takes a value → the title of the step that gives it, with the name under which it does."""
    givers = {step_id(each): each for each in entries}
    return {
        str(
            parameter["name"]
        ): f"{givers[str(parameter['from'])]['line']} {givers[str(parameter['from'])].get('gives')}"
        for each in entries
        for parameter in mappings(each.get("parameters", []))
        if "from" in parameter
    }


@pytest.mark.parametrize(
    "line", ["ID=$({})", 'ID="$({})"', "export ID=$({})", 'readonly ID="$({})"', "ID=`{}`"], ids=str.strip
)
def test_a_variable_that_keeps_an_output_is_a_value_for_a_later_step(line: str) -> None:
    """However it is quoted or declared; the step that looks keeps its own verdict."""
    entries = steps(shell(line.format(_NEWEST), f'{_RESTORE} "$ID"'))
    assert [each["verdict"] for each in entries] == ["read-only", "mutating"]
    assert _taken(entries) == {"id": "3 id"}


@pytest.mark.parametrize(
    "between",
    ["ID=$(kubectl get pods -o name)", "ID=other", "read -r ID", "unset ID", "ID+=x", "export ID=$OTHER"],
)
def test_a_variable_that_is_set_otherwise_holds_another_value(between: str) -> None:
    entries = steps(shell(f"ID=$({_NEWEST})", between, f"{_RESTORE} $ID"))
    assert _taken(entries) == {}


def test_what_may_be_several_things_is_given_to_nobody() -> None:
    entries = steps(shell("ID=$(kubectl get pods -o name)", "kubectl delete $ID"))
    assert _taken(entries) == {}
    assert not any("gives" in each for each in entries)


@pytest.mark.parametrize(
    "line", ["API_TOKEN=$(redis-cli GET session)", "ID=$(aws secretsmanager get-secret-value --secret-id x)"]
)
def test_a_secret_is_given_to_nobody(line: str) -> None:
    """Neither what is called a secret nor what is refused for being one."""
    entries = steps(shell(line, 'redis-cli SET copy "$ID" ', 'redis-cli SET copy "$API_TOKEN"'))
    assert not any("gives" in each for each in entries)


def test_what_nobody_takes_is_not_given() -> None:
    assert not any("gives" in each for each in steps(shell(f"ID=$({_NEWEST})", "docker ps")))


def test_a_value_that_is_noted_is_taken_by_the_step_that_names_it() -> None:
    entries = steps(
        f"""
        # Runbook
        ## Restore
        1. Find the newest snapshot and note its identifier:
           ```sh
           {_NEWEST}
           ```
        2. Restore it:
           ```sh
           {_RESTORE} <snapshot-id>
           ```
        """
    )
    assert _taken(entries) == {"snapshot_id": "5 snapshot_id"}


def test_what_a_step_finds_goes_before_the_default_of_a_table() -> None:
    entries = steps(
        """
        # Runbook
        ## Retry
        1. Note the job id: `redis-cli LINDEX failed 0`
        2. Retry: `redis-cli RPUSH again {{job_id}}`

        | Name | What | Allowed | Default |
        |---|---|---|---|
        | `job_id` | Job | its id | job-1 |
        """
    )
    assert _taken(entries) == {"job_id": "3 job_id"}


def test_a_value_is_taken_from_the_step_of_that_number() -> None:
    """Two steps show an id; the words say which one is meant."""
    entries = steps(
        """
        # Runbook
        ## Retry
        1. Look: `redis-cli LINDEX failed 0`
        2. Look: `redis-cli LINDEX failed 1`
        3. Retry the job id from step 2: `redis-cli RPUSH again {{job_id}}`
        """
    )
    assert _taken(entries) == {"job_id": "4 job_id"}


def test_a_sentence_that_tells_to_note_a_value_gives_it() -> None:
    """In prose nothing is numbered; each paragraph is about what it says."""
    entries = steps(
        """
        # Printers
        1.1. See which job waits longest: `redis-cli LINDEX jobs 0`. Note the job name.

        1.2. Take it out with `redis-cli LREM jobs 1 <job-name>`, which waits for nobody.
        """
    )
    assert _taken(entries) == {"job_name": "2 job_name"}


def test_a_person_gives_what_a_manual_step_tells_to_note() -> None:
    entries = steps(
        """
        # Runbook
        ## Tell
        1. Open a ticket, and note the ticket number
        2. Tell: `curl -X POST https://status.example/tickets/{{ticket_number}}/open`
        """
    )
    assert _taken(entries) == {"ticket_number": "3 ticket_number"}


def test_the_shape_of_what_is_given_fits_what_takes_it() -> None:
    """The name of a thing at AWS has slashes, which a plain id has not."""
    text = shell(
        "TASK=$(aws ecs list-tasks --cluster c --query 'taskArns[0]' --output text)",
        "aws ecs stop-task --cluster c --task $TASK",
    )
    (parameter,) = _steps_of(text)[1].parameters
    arn = "arn:aws:ecs:eu-central-1:123456789012:task/c/0a1b"
    assert parameter.read(arn) == arn


def _steps_of(text: str, overlay: str = "") -> tuple[Step, ...]:
    catalog = loaded(text, overlay)
    return tuple(step for procedure in catalog.procedures for step in procedure.steps)


_TWO = shell("redis-cli LINDEX failed 0", "redis-cli LREM failed 1 {{job}}")


def _overlay(giver: Mapping[str, str], taker: str = "") -> str:
    first, second = steps(_TWO)
    entries = {step_id(first): {"for": f"'{str(first['form'])[:8]}'", **giver}}
    text = "targets: [{target: cache, executor: redis}]\nsteps:\n"
    for name, entry in entries.items():
        text += f"  {name}:\n" + "".join(f"    {key}: {value}\n" for key, value in entry.items())
    if taker:
        text += f"  {step_id(second)}:\n    for: '{str(second['form'])[:8]}'\n    parameters:\n"
        text += f"      - {{name: job, label: Job, text: '[a-z0-9]+', from: {taker}}}\n"
    return text


def test_people_may_say_what_a_step_gives_and_who_takes_it() -> None:
    """By the id that the catalog gave the step, or by the name that people gave it."""
    given = {"gives": "job", "name": "first-failed"}
    for giver in (step_id(steps(_TWO)[0]), "first-failed"):
        first, second = _steps_of(_TWO, _overlay(given, giver))
        assert (first.id, first.gives) == ("first-failed", "job")
        assert second.parameters[0].taken_from == "first-failed"


def test_a_value_that_nothing_gives_is_remarked_on_and_taken_from_nobody() -> None:
    overlay = _overlay({}, step_id(steps(_TWO)[0]))
    catalog = loaded(_TWO, overlay)
    assert catalog.procedures[0].steps[1].parameters[0].taken_from == ""
    assert any("takes job from" in remark for remark in catalog.remarks)


def test_a_diagnostic_that_takes_a_value_is_runnable_but_not_by_itself() -> None:
    text = shell("ID=$(redis-cli LINDEX failed 0)", "redis-cli HGET job $ID")
    procedure = loaded(text, "targets: [{target: cache, executor: redis}]").procedures[0]
    assert [step.runnable for step in procedure.steps] == [True, True]
    assert [step.id for step in procedure.diagnostics] == [procedure.steps[0].id]
