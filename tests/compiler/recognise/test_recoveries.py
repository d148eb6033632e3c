"""Restores, rollbacks and disasters that stand below a heading about something else: each is found by its own name."""

import pytest

from compiler.recognise.facts import Backup
from compiler.recognise.procedure import Purpose
from tests.compiler.compiling.compiled import forms
from tests.compiler.recognise.reading import reading

NIGHTLY = "Dumps run every night and are kept for 30 days."


def purposes(text: str) -> list[tuple[str, Purpose]]:
    return [(each.title, each.purpose) for each in reading(text).procedures]


@pytest.mark.parametrize(
    ("told", "title", "purpose"),
    [
        ("To restore:\n\n1. `pg_restore -d shop d.dump`", "To restore", Purpose.RESTORE),
        ("**Restore**\n\n1. `pg_restore -d shop d.dump`", "Restore", Purpose.RESTORE),
        ("How to restore last night's dump:\n\n- `pg_restore -d shop d.dump`", "How to restore last night's dump",
         Purpose.RESTORE),
        ("To roll back, run:\n\n```\npg_restore -d shop d.dump\n```", "To roll back", Purpose.ROLLBACK),
        ("To roll back, run `pg_restore -d shop d.dump`.", "To roll back", Purpose.ROLLBACK),
        ("Rolling back: `pg_restore -d shop d.dump`", "Rolling back", Purpose.ROLLBACK),
        ("- To restore: `pg_restore -d shop d.dump`", "To restore", Purpose.RESTORE),
        ("- To restore:\n  1. `pg_restore -d shop d.dump`", "To restore", Purpose.RESTORE),
        ("If the region is lost (disaster recovery):\n\n1. `pg_restore -d shop d.dump`",
         "If the region is lost (disaster recovery)", Purpose.DISASTER),
        ("In case of disaster:\n\n1. `pg_restore -d shop d.dump`", "In case of disaster", Purpose.DISASTER),
    ],
)  # fmt: skip
@pytest.mark.parametrize("heading", ["Backups", "Database", "Deployment", "Maintenance"])
def test_a_recovery_below_a_general_heading_is_a_procedure(
    heading: str, told: str, title: str, purpose: Purpose
) -> None:
    text = f"# Shop\n\n## {heading}\n\n{NIGHTLY}\n\n{told}\n"
    assert purposes(text) == [(title, purpose)]
    assert any("pg_restore -d shop d.dump" in form for form in forms(text).values())


def test_what_the_section_itself_tells_is_left_to_it() -> None:
    found = reading("""
        ## Deployment

        1. Apply it: `kubectl apply -f shop.yaml`
        2. Watch it for 10 minutes.

        To roll back:

        1. Undo it: `kubectl rollout undo deployment/shop`

        Then tell the team:

        1. Post in the channel.

        **Verification**

        1. Look at the pods: `kubectl get pods`
        """).procedures
    assert [(each.title, each.purpose) for each in found] == [
        ("Deployment", Purpose.DEPLOYMENT),
        ("To roll back", Purpose.ROLLBACK),
    ]
    assert [len(each.steps) for each in found] == [3, 2]


def test_a_bullet_that_restores_is_no_backup_and_ends_at_the_next() -> None:
    found = reading("""
        ## Backups

        - Frequency: daily
        - To restore:
          1. Stop the shop.
          2. `pg_restore -d shop d.dump`
        - Retention: 30 days
        """)
    (backup,) = found.of(Backup)
    assert (backup.every is not None, len(backup.retention)) == (True, 1)
    assert [len(each.steps) for each in found.procedures] == [2]


def test_a_rollback_within_an_incident_is_part_of_it() -> None:
    assert purposes("""
        ## Bad release

        **Symptoms**: errors after a release

        To roll back:

        1. `kubectl rollout undo deployment/shop`
        """) == [("Bad release", Purpose.INCIDENT)]


def test_restoring_from_a_backup_is_a_restore() -> None:
    assert purposes("## Restore from backup\n\n1. `pg_restore -d shop d.dump`") == [
        ("Restore from backup", Purpose.RESTORE)
    ]
    assert purposes("## Backups\n\n1. `pg_dump shop`") == [("Backups", Purpose.BACKUP)]
