"""The rules of approval as a team writes them: read as they stand, and wrong ones stop the start with file and line."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from bot.config import WrongSetting
from bot.settings.approval_names import check_rules
from bot.settings.approval_reach import check_reach
from bot.settings.approvals import rule_of
from bot.settings.team import TeamSettings
from incident.gate import Match, Rule
from incident.hours import Hours
from tests.bot.test_config import GOOD, read, refused
from tests.fakes.runbooks import CATALOG, FakeRunbooks

RULES = """\
approvals:
  rules:
    - match: {system: [shop], severity: [P0, P1], tag: [restarts]}
      ask: [on-call, S0DBA]
      approve: [commander, U0CLEO]
      approvals: 2
      requester_may_approve: true
      expires_after: 5m
      cool_down: 30m
      concurrency: 3
      quiet_hours: [{from: "22:00", to: "7:00", timezone: Europe/Berlin, days: [sat, sun]}]
      quiet_approvals: 3
      window: [{from: "02:00", to: "04:00", timezone: UTC}]
      environments: [production]
      break_glass: false
    - expires_after: 1h
"""


def test_a_rule_is_read_as_it_is_written(tmp_path: Path) -> None:
    file = read(tmp_path, GOOD + RULES).file
    first, last = TeamSettings(file, FakeRunbooks()).rules
    night = Hours(start=time(22), end=time(7), timezone="Europe/Berlin", days=(5, 6))
    assert first == Rule(
        match=Match(system=("shop",), severity=("P0", "P1"), tag=("restarts",)),
        ask=("on-call", "S0DBA"),
        approve=("commander", "U0CLEO"),
        approvals=2,
        requester_may_approve=True,
        expires_after=timedelta(minutes=5),
        cool_down=timedelta(minutes=30),
        concurrency=3,
        quiet_hours=(night,),
        quiet_approvals=3,
        window=(Hours(start=time(2), end=time(4), timezone="UTC"),),
        environments=("production",),
        break_glass=False,
    )
    assert last == Rule(expires_after=timedelta(hours=1))
    assert rule_of(file.approvals.rules[1]) == last


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("approve: [commander, U0CLEO]", "approve: [commander, cleo]", "approvals.rules.0.approve.1"),
        ("approve: [commander, U0CLEO]", "approve: []", "name at least one"),
        ("approvals: 2", "approvals: 0", "approvals.rules.0.approvals"),
        ("quiet_approvals: 3", "quiet_approvals: 1", "approvals.rules.0.quiet_approvals"),
        ('from: "22:00"', "from: 22", "write a time of day such as 22:00"),
        ('from: "22:00"', "from: 24:00", "write a time of day such as 22:00"),
        ("Europe/Berlin", "Berlin", "write a time zone that this machine knows"),
        ("Europe/Berlin", "../../etc/passwd", "write a time zone that this machine knows"),
        ("[sat, sun]", "[saturday]", "write days such as mon or sun"),
        ("approve: [commander, U0CLEO]", "approve: [U0ANA, U0CLEO]", "3 must approve, and only 2 can"),
        ("severity: [P0, P1]", "severity: [P7]", "approvals.rules.0.match.severity.0"),
        ("tag: [restarts]", "tags: [restarts]", "is no setting"),
        ("break_glass: false", "break-glass: false", "is no setting"),
    ],
)
def test_a_wrong_rule_is_one_sentence_with_file_line_and_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in RULES
    sentence = refused(tmp_path, GOOD + RULES.replace(old, new))
    assert sentence.startswith("muster.yaml, line ")
    assert said in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("match", "said"),
    [
        ("system: [bank]", "line 20: “approvals.rules.1.match.system” names “bank”"),
        ("procedure: [stuck-orders, stuck]", "“approvals.rules.1.match.procedure” names “stuck”"),
        ("step: [requeu]", "names “requeu”"),
        ("tag: [restarts]", "names “restarts”"),
        ("target: [db]", "names “db”"),
        ("environment: [prodution]", "names “prodution”"),
        ("executor: [redis]", "names “redis”"),
    ],
)
def test_a_rule_for_what_there_is_not_stops_the_start(tmp_path: Path, match: str, said: str) -> None:
    text = f"approvals:\n  rules:\n    - approvals: 2\n    - match: {{{match}}}\n"
    with pytest.raises(WrongSetting) as wrong:
        check_rules(read(tmp_path, GOOD + text), [CATALOG])
    assert said in str(wrong.value)


def test_a_rule_for_what_there_is_passes(tmp_path: Path) -> None:
    match = "system: [shop], procedure: [stuck-orders], step: [requeue], target: [shop-db], environment: [production]"
    text = f"approvals:\n  rules:\n    - match: {{{match}, executor: [postgres]}}\n"
    check_rules(read(tmp_path, GOOD + text), [CATALOG])


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        # One rule says who, another how many.
        ("- approvals: 3\n    - approve: [U0BEN, U0CLEO]", "line 19: the rules together want 3 to approve “Queue"),
        # The only one who may ask is the only one who may approve.
        (
            "- approve: [U0ANA]\n    - ask: [U0ANA]",
            "want 1 to approve “Queue them again” (shop, P0), and nobody could",
        ),
        # In quiet hours one person more, and the parts are one person each.
        (
            "- quiet_hours: [{from: '22:00', to: '06:00', timezone: Europe/Berlin}]\n      quiet_approvals: 4\n"
            "    - approve: [commander, U0BEN]\n      match: {severity: [P2]}",
            "want 4 to approve “Queue them again” (shop, P2), and at most 2 people could",
        ),
        ("- approvals: 4\n    - approve: [on-call, U0BEN]", "at most 2 people could"),
    ],
)
def test_rules_that_nobody_can_meet_stop_the_start(tmp_path: Path, rules: str, said: str) -> None:
    text = f"approvals:\n  rules:\n    {rules}\n"
    with pytest.raises(WrongSetting) as wrong:
        check_reach(read(tmp_path, GOOD + text), [CATALOG])
    assert said in str(wrong.value)
    assert str(wrong.value).endswith("name more people or a group in “approve”, or want fewer.")


@pytest.mark.parametrize(
    "rules",
    [
        "- approvals: 3\n    - approve: [U0BEN, SOPS]",
        "- approvals: 2\n    - approve: [U0BEN, commander]",
        "- approve: [U0ANA]\n    - ask: [U0ANA, U0BEN]",
        "- approve: [U0ANA]\n      requester_may_approve: true\n    - ask: [U0ANA]",
        "- {approvals: 9, match: {severity: [P3]}, approve: [S0OPS]}\n    - approve: [U0BEN]",
    ],
)
def test_rules_that_some_can_meet_pass(tmp_path: Path, rules: str) -> None:
    check_reach(read(tmp_path, GOOD + f"approvals:\n  rules:\n    {rules}\n"), [CATALOG])
