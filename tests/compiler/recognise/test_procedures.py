"""Procedures in the shapes that teams give them."""

from datetime import timedelta

import pytest

from compiler.recognise.facts import Said
from compiler.recognise.procedure import Hold, Purpose, Role, Step
from incident.severity import Severity
from tests.compiler.recognise.reading import reading

MINUTE = timedelta(minutes=1)


def _titles(steps: tuple[Step | Hold, ...]) -> list[str]:
    return [step.title if isinstance(step, Step) else f"hold {step.span}" for step in steps]


LABELS = """
    # Shop

    ## Troubleshooting

    ### Issue 3: Basket is empty

    **Symptoms**: baskets vanish

    **Diagnosis**:
    ```bash
    # Look at the cache
    redis-cli ping

    # Look at the pods
    kubectl get pods
    ```

    **Solutions**:
    1. **Cache full**: restart the cache
    2. Restart the shop: `systemctl restart shop`

    **Prevention**:
    - Give the cache more memory

    **Escalation**: If it lasts > 25 minutes, escalate to the Shop Lead
    """
HEADINGS = """
    # Shop

    ## 🔥 Known issues

    ### Basket is empty

    #### Symptoms
    baskets vanish

    #### Diagnosis
    ```bash
    # Look at the cache
    redis-cli ping

    # Look at the pods
    kubectl get pods
    ```

    #### Resolution
    1. Cache full → restart the cache
    2. Restart the shop: `systemctl restart shop`

    #### Prevention
    Give the cache more memory

    #### Escalation
    Escalate to the Shop Lead after 25 minutes
    """
BULLETS = """
    # Shop

    ## Common incidents

    ### Basket is empty

    - **Symptoms:** baskets vanish
    - **Diagnosis:**
      - Look at the cache
      - Look at the pods
    - **Fix:**
      - If the cache full, restart the cache
      - Restart the shop
    - **Prevention:** Give the cache more memory
    - **Escalation:** escalate to Shop Lead after 25 min
    """


@pytest.mark.parametrize("text", [LABELS, HEADINGS, BULLETS], ids=["labels", "headings", "bullets"])
def test_an_incident_in_three_shapes_is_the_same_procedure(text: str) -> None:
    (procedure,) = reading(text).procedures
    assert (procedure.purpose, procedure.title) == (Purpose.INCIDENT, "Basket is empty")
    assert [said.text for said in procedure.symptoms] == ["baskets vanish"]
    assert [step for phase in procedure.of_role(Role.DIAGNOSIS) for step in _titles(phase.steps)] == [
        "Look at the cache",
        "Look at the pods",
    ]
    (actions,) = procedure.of_role(Role.ACTIONS)
    first, second = actions.steps
    assert isinstance(first, Step)
    assert isinstance(second, Step)
    assert (first.title, first.condition.lower().removeprefix("the ")) == ("restart the cache", "cache full")
    assert second.title == "Restart the shop"
    assert [said.text for said in procedure.prevention] == ["Give the cache more memory"]
    (escalation,) = procedure.escalations
    assert (escalation.after, escalation.to) == (25 * MINUTE, "Shop Lead")


def test_each_row_of_a_troubleshooting_table_is_a_procedure() -> None:
    found = reading("""
        ## Troubleshooting

        | Problem | Likely cause | Solution |
        |---|---|---|
        | Mails are late | The queue hangs | `systemctl restart mailer` |
        | No search | Index is gone | Build it again |
        """)
    mails, search = found.procedures
    assert (mails.title, mails.line) == ("Mails are late", 5)
    (step,) = mails.steps
    assert isinstance(step, Step)
    assert (step.title, step.condition, step.manual) == ("systemctl restart mailer", "The queue hangs", False)
    assert search.title == "No search"


def test_a_runbook_of_one_alert_is_one_procedure() -> None:
    found = reading("""
        # DiskAlmostFull

        ## Meaning
        Less than 5% are free.

        ## Impact
        Writes fail soon.

        ## Diagnosis
        Look for big files with `du -sh /var/*`. If it is the log, see who writes it.

        ## Mitigation
        Delete old archives.
        """)
    (procedure,) = found.procedures
    assert (procedure.title, procedure.purpose) == ("DiskAlmostFull", Purpose.INCIDENT)
    assert [phase.role for phase in procedure.phases] == [
        Role.SYMPTOMS,
        Role.IMPACT,
        Role.DIAGNOSIS,
        Role.ACTIONS,
    ]
    look, ask, delete = procedure.steps
    assert isinstance(look, Step)
    assert isinstance(ask, Step)
    assert isinstance(delete, Step)
    assert (look.manual, ask.manual) == (False, True)
    assert (ask.title, ask.condition) == ("see who writes it.", "it is the log")


def test_sections_of_a_whole_runbook_are_not_mistaken_for_phases() -> None:
    found = reading("""
        # Shop runbook

        ## Escalation
        - Lead: @ann

        ## Recovery
        1. Restore the dump
        """)
    (procedure,) = found.procedures
    assert (procedure.title, procedure.purpose) == ("Recovery", Purpose.RESTORE)
    assert [contact.role for contact in found.contacts] == ["Lead"]


def test_a_wait_becomes_a_hold_between_the_steps() -> None:
    found = reading("""
        ## Canary release

        ```bash
        # Give it a tenth of the traffic
        ./release canary

        # Watch it for 20 minutes, then promote
        ./release promote

        # Or take it back if it fails
        ./release back
        ```
        """)
    (procedure,) = found.procedures
    assert procedure.purpose is Purpose.DEPLOYMENT
    start, hold, promote, back = procedure.steps
    assert isinstance(hold, Hold)
    assert (hold.span, hold.line) == (20 * MINUTE, 7)
    assert isinstance(promote, Step)
    assert (promote.title, promote.line, promote.last) == ("promote", 7, 8)
    assert isinstance(back, Step)
    assert (back.alternative, back.condition) == (True, "it fails")
    assert isinstance(start, Step)
    assert not start.manual


def test_a_wait_in_a_list_is_a_hold_too() -> None:
    found = reading("## Rollout\n\n1. Deploy it\n2. Monitor the errors for 1 hour\n3. Tell the team\n")
    assert _titles(found.procedures[0].steps) == ["Deploy it", "hold 1:00:00", "Tell the team"]


def test_what_is_done_before_a_wait_is_a_step_of_its_own() -> None:
    found = reading("## Rollout\n\n1. Run `deploy`, then wait 4 minutes, then tell the team\n")
    run, hold, tell = found.procedures[0].steps
    assert isinstance(run, Step)
    assert isinstance(hold, Hold)
    assert isinstance(tell, Step)
    assert (run.title, run.manual, hold.span, tell.title) == ("Run deploy", False, 4 * MINUTE, "tell the team")


def test_steps_after_a_complete_symptom_are_no_symptoms() -> None:
    found = reading("## Issue: Lag\n\n**When**: orders are late\n\n1. Add a consumer\n2. Tell the shop\n")
    (procedure,) = found.procedures
    assert [said.text for said in procedure.symptoms] == ["orders are late"]
    assert _titles(procedure.steps) == ["Add a consumer", "Tell the shop"]


def test_words_hand_a_value_to_a_later_step() -> None:
    found = reading("""
        ## Restore

        1. Find the newest snapshot and note its identifier
        2. Restore it
        3. Tell support the identifier of step 1
        """)
    note, restore, tell = found.procedures[0].steps
    assert isinstance(note, Step)
    assert isinstance(restore, Step)
    assert isinstance(tell, Step)
    assert (note.gives, restore.gives) == (("identifier",), ())
    assert tell.takes == (("identifier", 1),)


def test_deadlines_are_counted_from_the_start() -> None:
    found = reading("""
        ## Emergency: everything is down

        1. **First moves** (0-10 minutes):
           - Call the lead
        2. **Look** (10–20 min):
           - Read the logs
        3. **Repair** (20+ minutes)
        4. Write it up (within 2 days)
        """)
    (procedure,) = found.procedures
    assert procedure.purpose is Purpose.EMERGENCY
    assert [(s.title, s.after, s.within) for s in procedure.steps if isinstance(s, Step)] == [
        ("First moves", 0 * MINUTE, 10 * MINUTE),
        ("Look", 10 * MINUTE, 20 * MINUTE),
        ("Repair", 20 * MINUTE, None),
        ("Write it up", None, timedelta(days=2)),
    ]
    first = procedure.steps[0]
    assert isinstance(first, Step)
    assert _titles(first.parts) == ["Call the lead"]


@pytest.mark.parametrize(
    ("item", "title", "condition"),
    [
        ("If the disk is full: delete archives", "delete archives", "the disk is full"),
        ("When nobody answers, page the lead", "page the lead", "nobody answers"),
        ("Add a node if needed", "Add a node", "needed"),
        ("Roll back (if a deploy was recent)", "Roll back", "a deploy was recent"),
        ("Check if the disk is full", "Check if the disk is full", ""),
        ("Restart it unless a backup runs", "Restart it", "unless a backup runs"),
        ("Raise the timeout by 5 minutes", "Raise the timeout by 5 minutes", ""),
        ("Image is missing → Look at the registry", "Look at the registry", "Image is missing"),
        ("Open Console → Webhooks", "Open Console → Webhooks", ""),
        ("Delete rows (>30 days)", "Delete rows (>30 days)", ""),
    ],
)
def test_the_condition_of_a_step(item: str, title: str, condition: str) -> None:
    (step,) = reading(f"## Restart the shop\n\n1. {item}\n").procedures[0].steps
    assert isinstance(step, Step)
    assert (step.title, step.condition, step.within) == (title, condition, None)


def test_a_severity_in_the_title_is_the_procedures() -> None:
    found = reading(
        "## Incident response procedures\n\n### P1: Queue stuck\n\n**Symptoms**: no orders\n\n1. Restart it\n"
    )
    (procedure,) = found.procedures
    assert (procedure.title, procedure.severity) == ("Queue stuck", Severity.P1)


@pytest.mark.parametrize(
    "line", ["**Severity:** SEV2", "| Field | Value |\n|---|---|\n| Severity | Medium |"], ids=["label", "table"]
)
def test_a_severity_of_its_own_line_is_the_procedures(line: str) -> None:
    found = reading(f"## Alert: QueueLag\n\n{line}\n\n**Fix**\n\n1. Add a consumer\n")
    (procedure,) = found.procedures
    assert (procedure.purpose, procedure.severity) == (Purpose.INCIDENT, Severity.P2)


def test_a_condition_may_stand_above_several_steps() -> None:
    found = reading("## Restart\n\n1. If the pods crash:\n   1. Read the logs\n   2. Raise the limit\n2. Wait\n")
    first, _ = found.procedures[0].steps
    assert isinstance(first, Step)
    assert first.condition == "the pods crash"
    assert _titles(first.parts) == ["Read the logs", "Raise the limit"]


def test_labels_below_a_heading_that_is_a_phase_belong_to_that_phase() -> None:
    found = reading("""
        ## Issue: Lag

        ### Symptoms
        Orders are late

        ### Resolution

        **Quickly:**
        1. Add a consumer
        """)
    (actions,) = found.procedures[0].of_role(Role.ACTIONS)
    assert (actions.label, _titles(actions.steps)) == ("Quickly", ["Add a consumer"])


def test_labels_under_a_heading_for_many_are_procedures_of_their_own() -> None:
    found = reading("""
        ## Disaster recovery

        ### Data loss scenarios

        **Table dropped:**
        1. Stop the writers
        2. Restore the snapshot

        **Region lost:**
        1. Fail over
        """)
    assert [(each.title, each.purpose, each.line, each.last) for each in found.procedures] == [
        ("Table dropped", Purpose.DISASTER, 5, 7),
        ("Region lost", Purpose.DISASTER, 9, 10),
    ]


def test_labels_under_a_heading_for_one_thing_are_its_phases() -> None:
    found = reading("""
        ## Rotate the signing key

        **In staging:**
        1. Make a key

        **In production:**
        1. Make a key
        """)
    (procedure,) = found.procedures
    assert [phase.label for phase in procedure.phases] == ["In staging", "In production"]


def test_what_a_command_should_answer_is_kept_with_its_step() -> None:
    found = reading("""
        ## Health checks

        ```bash
        # The API
        curl http://localhost/health
        # Expected: {"ok": true}
        ```
        """)
    (step,) = found.procedures[0].steps
    assert isinstance(step, Step)
    assert step.expected == '{"ok": true}'


@pytest.mark.parametrize(
    ("title", "purpose"),
    [
        ("Rolling back the API", Purpose.ROLLBACK),
        ("Data breach", Purpose.SECURITY),
        ("Restore the ledger", Purpose.RESTORE),
        ("Manual backup", Purpose.BACKUP),
        ("Incident response process", Purpose.RESPONSE),
        ("Hotfix release", Purpose.DEPLOYMENT),
        ("Certificate renewal", Purpose.MAINTENANCE),
        ("Region failover", Purpose.DISASTER),
    ],
)
def test_a_title_says_what_its_procedure_is_for(title: str, purpose: Purpose) -> None:
    assert reading(f"# Shop\n\n## {title}\n\n1. Do it\n").procedures[0].purpose is purpose


def test_each_row_of_a_table_of_what_to_do_is_a_step_with_its_condition() -> None:
    found = reading("""
        ## Shop fails

        **Symptoms**: errors

        **Resolution**

        | If | Then | Command |
        |---|---|---|
        | the API hangs | Restart it | `docker restart api` |
        | If it is too slow | Add a second one | `docker compose up -d --scale api=2` |

        | Step | Command |
        |---|---|
        | Look at the logs | `docker logs api --tail 50` |

        | Port | Used by |
        |---|---|
        | 80 | api |

        Wait until it is back: `curl -sf https://shop.example/health`
        """)
    steps = [each for each in found.procedures[0].steps if isinstance(each, Step)]
    assert [(each.title, each.condition) for each in steps] == [
        ("Restart it", "the API hangs"), ("Add a second one", "it is too slow"), ("Look at the logs", ""),
        ("Wait until it is back", ""),
    ]  # fmt: skip


def test_texts_that_people_send_and_lists_of_roles_tell_nobody_what_to_do() -> None:
    found = reading("""
        # Incident response runbook

        ## Roles

        ### Incident Commander (IC)

        - Coordinates the response

        ## Response steps

        ### 1. Acknowledge

        - Acknowledge the alert

        ### 2. Follow up (within 48 hours)

        - Write the review

        ## Communication templates

        ### First post

        ```
        *INCIDENT*: [what]
        ```
        """)
    assert [(each.title, each.purpose) for each in found.procedures] == [
        ("Acknowledge", Purpose.RESPONSE),
        ("Follow up (within 48 hours)", Purpose.RESPONSE),
    ]
    assert "*INCIDENT*: [what]" in [each.text for each in found.of(Said)]


def test_common_issues_and_their_solutions_are_incidents() -> None:
    (procedure,) = reading("""
        # Shop runbook - quick reference

        ## Common issues & solutions

        ### Slow

        1. Restart it.
        """).procedures
    assert procedure.purpose is Purpose.INCIDENT


def test_a_table_of_contents_is_no_procedure() -> None:
    (procedure,) = reading("""
        # Runbook

        - [Disk is full](#disk-is-full)
        - [Contacts](#contacts)
        - [Links](#links)

        ## Disk is full

        1. Look at it.

        ## Contacts

        ## Links
        """).procedures
    assert procedure.title == "Disk is full"


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("If neither helps within 30 minutes, page the storage team.", timedelta(minutes=30)),
        ("Ring the database lead after a quarter of an hour.", timedelta(minutes=15)),
        ("Call the support of the vendor for the number of the case.", None),
    ],
)
def test_who_is_called_after_how_long_is_an_escalation_in_whatever_words(line: str, after: timedelta | None) -> None:
    (procedure,) = reading(f"# Shop\n\n## Disk is full\n\n1. Look at it.\n2. {line}\n").procedures
    assert [each.after for each in procedure.escalations] == ([after] if after else [])


def test_giving_it_time_is_a_wait() -> None:
    (procedure,) = reading("# Shop\n\n## Disk\n\n1. Restart it.\n2. Give it five minutes.\n").procedures
    assert [each.span for each in procedure.steps if isinstance(each, Hold)] == [timedelta(minutes=5)]
