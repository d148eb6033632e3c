"""Routes, silences and maintenance as a team writes them; wrong ones stop the start with file, line and key."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.config import WrongSetting
from bot.settings.route_names import check_routes
from bot.settings.team import TeamSettings
from incident.alert import Alert, AlertStatus
from incident.routing import Deed, Routed
from incident.severity import Severity
from tests.bot.test_config import GOOD, read, refused
from tests.fakes.runbooks import CATALOG, SHOP, STUCK, FakeRunbooks

ROUTES = """\
routes:
  - name: batch
    matchers: [team=data, 'alertname=~"Batch.*"', severity!=info]
    system: shop
    procedure: stuck-orders
    severity: P3
    group_by: [cluster, service]
    group_window: 30m
    reopen_window: 4h
    resolves: true
    resolves_after: 10m
  - {name: deploys, matchers: [source=generic], notify: true, notify_every: 6h}
  - {name: noise, matchers: [labels.team=qa], ignore: true}
silences:
  - name: move
    matchers: [cluster=eu]
    from: 2026-03-28 23:00
    to: 2026-03-29 04:00
    timezone: Europe/Berlin
    by: U0ANA
    reason: the database is moved
maintenance:
  - name: sundays
    systems: [shop]
    weekly: [{days: [sun], from: "02:00", to: "05:00", timezone: Europe/Berlin}]
    reason: restarts
flapping: {changes: 3, within: 10m}
"""
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


def alert(source: str = "alertmanager", /, severity: str = "critical", **labels: str) -> Alert:
    return Alert(source=source, key="k", status=AlertStatus.FIRING, title="T", severity=severity, labels=labels)


def routed(folder: Path, fires: Alert, now: datetime = NOON, text: str = ROUTES) -> Routed:
    return TeamSettings(read(folder, GOOD + text).file, FakeRunbooks()).routed(fires, now)


def test_a_route_says_all_that_it_names_and_leaves_the_rest_to_the_runbooks(tmp_path: Path) -> None:
    found = routed(tmp_path, alert(team="data", alertname="BatchLate", cluster="eu-1"))
    assert (found.rule, found.system, found.procedure, found.severity) == ("batch", SHOP, STUCK, Severity.P3)
    assert found.severity_reason == "route “batch” says so"
    assert found.group == "system:shop/cluster=eu-1/service="
    assert (found.group_window, found.reopens_within) == (timedelta(minutes=30), timedelta(hours=4))
    assert found.resolves_after == timedelta(minutes=10)
    assert (found.flapping.changes, found.flapping.within) == (3, timedelta(minutes=10))
    other = routed(tmp_path, alert(team="data", alertname="BatchLate", severity="info"))
    assert (other.rule, other.severity, other.resolves_after) == ("otherwise", Severity.P3, None)


def test_the_first_route_that_fits_decides_and_may_lead_to_a_line_or_to_nothing(tmp_path: Path) -> None:
    told = routed(tmp_path, alert("generic", team="qa"))
    assert (told.rule, told.deed, told.tells_every) == ("deploys", Deed.NOTICE, timedelta(hours=6))
    assert routed(tmp_path, alert(team="qa")).deed is Deed.NOTHING


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-28T21:59:00", None),
        ("2026-03-28T22:00:00", "2026-03-29T02:00:00"),
        ("2026-03-29T01:59:00", "2026-03-29T02:00:00"),
        ("2026-03-29T02:00:00", "2026-03-29T03:00:00"),
        ("2026-03-29T03:00:00", None),
        ("2026-04-05T00:00:00", "2026-04-05T03:00:00"),
    ],
)
def test_a_silence_and_maintenance_hold_by_the_clocks_of_their_time_zone_in_the_night_of_the_change(
    tmp_path: Path, now: str, until: str | None
) -> None:
    muted = routed(tmp_path, alert(cluster="eu"), datetime.fromisoformat(now).replace(tzinfo=UTC)).muted
    assert (None if muted is None else muted.until.replace(tzinfo=None).isoformat()) == until


def test_what_keeps_an_alert_quiet_says_why_and_for_whom(tmp_path: Path) -> None:
    muted = routed(tmp_path, alert(cluster="eu"), datetime(2026, 3, 28, 23, tzinfo=UTC)).muted
    assert muted is not None
    assert (muted.rule, muted.reason, muted.by) == ("move", "the database is moved", "U0ANA")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "[team=data,",
            "[team,",
            "line 19: “routes.0.matchers.0”: “team” is no matcher: write a name, one of = != =~ !~",
        ),
        ('"Batch.*"', '"Batch(.*"', "line 19: “routes.0.matchers.1”: “Batch(.*” is no pattern that can be read"),
        ("name: batch", "name: batch jobs", "line 18: “routes.0.name”: write a short name without blanks"),
        ("    system: shop\n", "", "line 18: “routes.0”: “procedure” means something only together with “system”."),
        ("    resolves: true\n", "", "“routes.0”: “resolves_after” means something only together with “resolves”."),
        ("ignore: true}", "ignore: true, severity: P3}", "“routes.2”: “ignore” and “severity” cannot both hold"),
        ("notify: true,", "notify: true, resolves: true,", "“routes.1”: “notify” and “resolves” cannot both hold"),
        (
            "    matchers: [cluster=eu]\n",
            "",
            "“silences.0”: say which alerts are meant: “matchers”, “systems” or both.",
        ),
        ("2026-03-29 04:00", "2026-03-28 04:00", "“silences.0”: “to” must be later than “from”."),
        ("    by: U0ANA\n", "", "“silences.0.by” is missing."),
        ("the database is moved", '" "', "“silences.0.reason”: say it in a few words."),
        ("    weekly: [", "    from: 2026-03-28 23:00\n    weekly: [", "“maintenance.0”: say when: either “from”"),
        ("changes: 3", "changes: 1", "“flapping.changes”: write at least 2."),
    ],
)
def test_a_wrong_rule_is_one_sentence_with_file_line_and_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in ROUTES
    sentence = refused(tmp_path, GOOD + ROUTES.replace(old, new, 1))
    assert sentence.startswith("muster.yaml, line ")
    assert said in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("system: shop", "system: shup", "line 20: “routes.0.system”: there is no system “shup”; there are shop."),
        ("stuck-orders", "stuck", "“routes.0.procedure”: the runbook of shop has no procedure “stuck”; it has stuck-"),
        ("systems: [shop]", "systems: [shup]", "“maintenance.0.systems.0”: there is no system “shup”; there are shop."),
        (
            "name: sundays",
            "name: batch",
            "“maintenance.0.name”: “batch” is the name of another rule too; give each its",
        ),
        ("[source=generic]", "[]", "“routes.2”: “deploys” stands before it and takes all of its alerts; move it up."),
        ("[labels.team=qa]", "[source=generic, a=b]", "“routes.2”: “deploys” stands before it and takes all of its"),
    ],
)
def test_a_rule_of_what_is_not_there_or_that_never_holds_stops_the_start(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in ROUTES
    configuration = read(tmp_path, GOOD + ROUTES.replace(old, new, 1))
    with pytest.raises(WrongSetting) as wrong:
        check_routes(configuration, {SHOP: CATALOG})
    sentence = str(wrong.value).replace(f"{tmp_path}/", "")
    assert sentence.startswith("muster.yaml, line ")
    assert said in sentence


def test_the_rules_above_are_right(tmp_path: Path) -> None:
    check_routes(read(tmp_path, GOOD + ROUTES), {SHOP: CATALOG})
