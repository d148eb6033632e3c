"""What follows from a decided alert: what is kept, said and owed, and that every reason stands on the timeline."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from incident.alert import AlertRecord, AlertStatus
from incident.change import Change
from incident.consequence import SUM_UP_EVERY
from incident.flapping import Flapping
from incident.job import Claim, Job, JobName, owe
from incident.muting import Muted
from incident.quiet import LOOK_AGAIN, close_group, looked_at, quiet_at, resolve
from incident.responder import Actor, UserId, person
from incident.routing import Deed, Routed
from incident.timeline import Kind
from incident.walk import Walk
from tests.incident.hearing import FIRING, QUIET, ROUTED, follow, heard
from tests.incident.test_intake import ENDED_LONG, ENDED_SOON, NOW, OPEN, QUIETED, record

UNTIL = NOW + timedelta(hours=1)
MUTED = replace(ROUTED, muted=Muted(rule="upgrade", reason="the database is moved", until=UNTIL))
NOTICE = replace(ROUTED, deed=Deed.NOTICE)
RESTLESS = Flapping(changes=3, within=timedelta(minutes=10))


def kinds(change: Change) -> list[Kind]:
    return [each.kind for each in change.events]


def owed(change: Change) -> list[tuple[JobName, object]]:
    return [(each.name, each.due_at) for each in change.jobs]


def claim_of(job: Job) -> Claim:
    return Claim(id=1, job=job, fence=1, generation=1, attempts=1)


def restless(alert: AlertRecord, changes: int) -> AlertRecord:
    """An alert that changed so often, once a minute, the last time a minute ago."""
    return replace(alert, changes=tuple(NOW - timedelta(minutes=each) for each in range(changes, 0, -1)))


def test_a_repeat_does_not_touch_the_incident_and_is_summed_up_later() -> None:
    change = follow(heard(now=NOW, known=record(), own=OPEN), NOW)
    assert (change.incident, change.events) == (None, ())
    assert owed(change) == [(JobName.SUM_UP_REPEATS, NOW + SUM_UP_EVERY)]


def test_what_joins_is_summed_up_once_an_interval_instead_of_told_one_by_one() -> None:
    change = follow(heard(now=NOW, last=OPEN), NOW)
    assert kinds(change) == [Kind.ALERT_JOINED]
    assert [each for each in owed(change) if each[0] in {JobName.TELL, JobName.SUM_UP_REPEATS}] == [
        (JobName.SUM_UP_REPEATS, NOW + SUM_UP_EVERY)
    ]


def test_when_a_monitor_says_that_it_is_over_the_incident_stays_open_for_people_to_resolve() -> None:
    change = follow(heard(QUIET, NOW, known=record(), own=OPEN, firing=2), NOW)
    assert change.incident is not None
    assert change.incident.open
    (event,) = change.events
    assert event.facts["still_firing"] == 2


def test_an_end_stands_when_it_was_and_never_later_than_now() -> None:
    """A monitor whose clock goes ahead writes nothing into the future of a timeline."""
    for ends in (NOW - timedelta(minutes=3), NOW + timedelta(days=400)):
        (event,) = follow(heard(replace(QUIET, ends_at=ends), NOW, known=record(), own=OPEN), NOW).events
        assert event.at == min(ends, NOW)


def test_what_declares_keeps_the_rule_the_group_and_the_reason_of_its_severity() -> None:
    routed = replace(ROUTED, group_window=timedelta(minutes=30))
    change = follow(heard(now=NOW, routed=routed, known=record(QUIET), own=ENDED_LONG), NOW)
    facts = change.events[0].facts
    assert {name: facts[name] for name in ("rule", "group", "severity_reason", "group_window_seconds", "after")} == {
        "rule": "otherwise",
        "group": "g",
        "severity_reason": "the monitor calls it critical",
        "group_window_seconds": 1800,
        "after": "INC-1",
    }
    assert change.incident is not None
    assert change.incident.earlier is not None
    assert change.incident.earlier.resolved_at == ENDED_LONG.resolved_at
    assert (JobName.CLOSE_GROUP, NOW + timedelta(minutes=30)) in owed(change)


def test_what_is_ignored_is_said_once_on_the_systems_chain_with_its_reason_and_counted() -> None:
    ignored = replace(ROUTED, deed=Deed.NOTHING, reason="route “noise” matches team=qa")
    first = follow(heard(now=NOW, routed=ignored), NOW)
    assert first.incident is None
    assert [(each.kind, each.facts["reason"]) for each in first.events] == [
        (Kind.ALERT_IGNORED, "route “noise” matches team=qa")
    ]
    again = follow(heard(now=NOW, routed=ignored, known=first.alerts[0]), NOW)
    assert (again.events, again.alerts[0].count) == ((), 2)


def test_what_is_muted_is_kept_without_an_incident_said_once_and_woken_when_that_is_over() -> None:
    first = follow(heard(now=NOW, routed=MUTED, last=OPEN), NOW)
    assert (first.incident, kinds(first), owed(first)) == (None, [Kind.ALERT_MUTED], [(JobName.WAKE_ALERT, UNTIL)])
    (kept,) = first.alerts
    assert (kept.muted_by, kept.incident_id, kept.count) == ("upgrade", None, 1)
    again = follow(heard(now=NOW, routed=MUTED, known=kept), NOW)
    assert (again.events, again.jobs, again.alerts[0].count) == ((), (), 2)


def test_what_is_muted_in_its_open_incident_is_said_on_that_ones_timeline() -> None:
    change = follow(heard(now=NOW, routed=MUTED, known=record(QUIET), own=OPEN), NOW)
    assert change.incident is not None
    assert kinds(change) == [Kind.ALERT_MUTED]


def test_what_is_woken_is_decided_anew_and_counts_no_message() -> None:
    change = follow(heard(now=NOW, known=QUIETED, delivery=None), NOW)
    assert kinds(change) == [Kind.DECLARED]
    (kept,) = change.alerts
    assert (kept.count, kept.muted_by, kept.incident_id) == (1, "", change.incident and change.incident.id)
    assert change.events[0].evidence == ("alert:alertmanager:a@1",)


def test_a_notice_is_told_once_an_interval_and_counted_in_between() -> None:
    first = follow(heard(now=NOW, routed=NOTICE), NOW)
    assert (first.incident, kinds(first)) == (None, [Kind.ALERT_NOTIFIED])
    assert owed(first) == [(JobName.TELL_NOTICE, NOW)]
    soon, late = NOW + timedelta(minutes=59), NOW + timedelta(minutes=60)
    between = follow(heard(now=soon, routed=NOTICE, known=first.alerts[0]), soon, "d#1")
    assert (between.events, between.jobs) == ((), ())
    again = follow(heard(now=late, routed=NOTICE, known=between.alerts[0]), late, "d#2")
    assert [each.facts["count"] for each in again.events] == [3]


def test_an_alert_that_changes_too_often_is_said_to_flap_once_and_then_only_counted() -> None:
    routed = replace(ROUTED, flapping=RESTLESS)
    known = restless(record(QUIET), 3)
    change = follow(heard(now=NOW, routed=routed, known=known, own=OPEN), NOW)
    assert kinds(change) == [Kind.ALERT_FLAPPING]
    assert (JobName.STEADY_ALERT, NOW + RESTLESS.within) in owed(change)
    (flaps,) = change.alerts
    assert flaps.flapping
    over = follow(heard(QUIET, NOW, routed=routed, known=flaps, own=OPEN), NOW, "d#1")
    assert (over.incident, over.events) == (None, ())


def test_fewer_changes_are_each_told() -> None:
    routed = replace(ROUTED, flapping=RESTLESS)
    change = follow(heard(now=NOW, routed=routed, known=restless(record(QUIET), 2), own=OPEN), NOW)
    assert kinds(change) == [Kind.ALERT_JOINED]


def test_what_flapped_is_steady_once_it_has_not_changed_for_the_whole_window() -> None:
    flaps = replace(restless(record(QUIET), 4), flapping=True)
    claim = claim_of(owe(JobName.STEADY_ALERT, OPEN.id, NOW, subject=flaps.id))
    early = looked_at(OPEN, flaps, RESTLESS, settles=claim, now=NOW)
    assert (early.events, owed(early)) == ((), [(JobName.STEADY_ALERT, NOW + timedelta(minutes=9))])
    late = looked_at(OPEN, flaps, RESTLESS, settles=claim, now=NOW + timedelta(minutes=9))
    assert [(each.kind, each.facts["firing"]) for each in late.events] == [(Kind.ALERT_STEADY, False)]
    assert not late.alerts[0].flapping


def test_a_group_is_closed_when_no_new_alert_joined_for_its_window() -> None:
    grouped = replace(OPEN, group="g", group_window=timedelta(minutes=30))
    claim = claim_of(owe(JobName.CLOSE_GROUP, OPEN.id, NOW))
    early = close_group(grouped, newest=NOW - timedelta(minutes=20), settles=claim, now=NOW)
    assert (early.incident, owed(early)) == (None, [(JobName.CLOSE_GROUP, NOW + timedelta(minutes=10))])
    late = close_group(grouped, newest=NOW - timedelta(minutes=30), settles=claim, now=NOW)
    assert late.incident is not None
    assert late.incident.group is None
    assert kinds(late) == [Kind.GROUP_CLOSED]


def test_what_reopens_has_its_window_again() -> None:
    own = replace(ENDED_SOON, group="g", group_window=timedelta(minutes=30))
    change = follow(heard(now=NOW, known=record(QUIET), own=own), NOW)
    assert kinds(change) == [Kind.REOPENED]
    assert (JobName.CLOSE_GROUP, NOW + timedelta(minutes=30)) in owed(change)
    assert change.events[0].facts["rule"] == "otherwise"


RESOLVING = replace(ROUTED, rule="batch", resolves_after=timedelta(minutes=5))
OVER = replace(record(QUIET), changes=(NOW - timedelta(hours=1), NOW))


def test_the_last_alert_of_a_route_that_resolves_says_when_and_sets_the_timer() -> None:
    change = follow(heard(QUIET, NOW, known=record(), own=OPEN, routed=RESOLVING), NOW)
    due = NOW + timedelta(minutes=5)
    assert change.events[0].facts["resolves_at"] == due.isoformat()
    assert (JobName.RESOLVE_QUIET, due) in owed(change)
    others = follow(heard(QUIET, NOW, known=record(), own=OPEN, routed=RESOLVING, firing=1), NOW)
    assert JobName.RESOLVE_QUIET not in [each.name for each in others.jobs]


def end(*alerts: tuple[AlertRecord, Routed], minutes: int = 5, by: Actor | None = None) -> Change:
    incident = replace(OPEN, declared_by=by or OPEN.declared_by)
    claim = claim_of(owe(JobName.RESOLVE_QUIET, OPEN.id, NOW))
    return resolve(incident, alerts=alerts, requests=(), settles=claim, now=NOW + timedelta(minutes=minutes))


def test_a_monitor_resolves_when_all_alerts_have_been_quiet_long_enough_and_the_timeline_says_by_which_rule() -> None:
    change = end((OVER, RESOLVING))
    assert change.incident is not None
    assert (change.incident.open, change.incident.resolved_by) == (False, "monitor:alertmanager")
    said = change.events[0]
    assert (said.kind, said.facts["rule"], said.facts["quiet_seconds"]) == (Kind.RESOLVED, "batch", 300)
    early = end((OVER, RESOLVING), minutes=4)
    assert (early.incident, owed(early)) == (None, [(JobName.RESOLVE_QUIET, NOW + timedelta(minutes=5))])


@pytest.mark.parametrize(
    ("other", "routed"),
    [(record(), RESOLVING), (OVER, ROUTED)],
    ids=["fires", "leaves it to people"],
)
def test_one_alert_that_is_not_over_or_whose_route_leaves_it_to_people_keeps_the_incident_open(
    other: AlertRecord, routed: Routed
) -> None:
    change = end((OVER, RESOLVING), (other, routed))
    assert (change.incident, change.jobs) == (None, ())


MOVED = replace(QUIET, goes_on="b@1", description="merged in PagerDuty into [#7] Shop, where it goes on")


def test_an_alert_that_goes_on_as_another_is_over_and_sets_no_timer() -> None:
    change = follow(heard(MOVED, NOW, known=record(), own=OPEN, routed=RESOLVING), NOW)
    assert not change.alerts[0].firing
    (event,) = change.events
    assert (event.kind, event.facts["goes_on"], event.facts["resolves_at"]) == (Kind.ALERT_RESOLVED, True, None)
    assert event.facts["reason"] == "merged in PagerDuty into [#7] Shop, where it goes on"
    assert JobName.RESOLVE_QUIET not in [name for name, _ in owed(change)]


def test_a_monitor_resolves_what_goes_on_as_another_alert_only_where_that_is_one_of_its_own() -> None:
    moved = replace(OVER, alert=MOVED)
    assert end((moved, RESOLVING)).incident is None, "whether that one is over nobody knows here"
    target = replace(OVER, alert=replace(QUIET, key="b@1"))
    assert end((moved, RESOLVING), (target, RESOLVING)).incident is not None
    assert end((moved, RESOLVING), (replace(record(), alert=target.alert), RESOLVING)).incident is not None


def test_an_alert_that_flapped_must_be_steady_first() -> None:
    change = end((OVER, RESOLVING), (replace(OVER, flapping=True), RESOLVING), minutes=29)
    assert (change.incident, owed(change)) == (None, [(JobName.RESOLVE_QUIET, NOW + timedelta(minutes=30))])
    assert end((replace(OVER, flapping=True), RESOLVING), minutes=30).incident is not None


def test_outages_that_each_have_a_key_of_their_own_flap_together() -> None:
    """As Alertmanager's do, whose key holds the start."""
    routed, past, at = replace(ROUTED, flapping=RESTLESS), None, NOW
    told: list[Kind] = []
    for number in range(3):
        at += timedelta(minutes=1)
        fires = replace(FIRING, key=f"a@{number}", thing="a@")
        began = follow(heard(fires, at, last=OPEN, routed=routed, past=past), at, f"d#{number}")
        (known, *kept) = began.alerts
        past = kept[0] if kept else past
        at += timedelta(minutes=1)
        over = replace(fires, status=AlertStatus.RESOLVED)
        ended = follow(heard(over, at, known=known, own=OPEN, routed=routed, past=past), at, f"d#{number}!")
        past = ended.alerts[1]
        told += [*kinds(began), *kinds(ended)]
    assert told == [Kind.ALERT_JOINED, Kind.ALERT_RESOLVED, Kind.ALERT_JOINED, Kind.ALERT_FLAPPING]
    assert past is not None
    assert (past.id, past.flapping, past.incident_id, len(past.changes)) == ("alertmanager:a@", True, None, 6)


def test_an_outage_that_outlasted_the_flapping_ends_as_one_that_is_steady() -> None:
    fires = replace(FIRING, key="a@9", thing="a@")
    flapped = replace(record(fires), flapping=True)
    steady = replace(record(replace(fires, key="a@", thing="")), incident_id=None)
    over = replace(fires, status=AlertStatus.RESOLVED)
    change = follow(heard(over, known=flapped, own=OPEN, past=steady, routed=RESOLVING), NOW)
    assert [each.flapping for each in change.alerts] == [False, False]
    later = NOW + timedelta(minutes=5)
    assert quiet_at(OPEN, [(change.alerts[0], RESOLVING)]) == later, "as the timeline says"
    assert change.events[0].facts["resolves_at"] == later.isoformat()


def test_a_notice_of_the_next_outage_is_not_told_again_within_its_interval() -> None:
    first = follow(heard(replace(FIRING, key="a@1", thing="a@"), NOW, routed=NOTICE), NOW)
    past, soon = first.alerts[1], NOW + timedelta(minutes=5)
    again = follow(heard(replace(FIRING, key="a@2", thing="a@"), soon, routed=NOTICE, past=past), soon, "d#1")
    assert (again.events, again.jobs) == ((), ())


def test_what_a_person_declared_is_resolved_by_people() -> None:
    assert end((OVER, RESOLVING), by=person(UserId("U0ANA"))).incident is None


def test_a_monitor_waits_while_people_go_through_a_procedure() -> None:
    walk = Walk(id="w", procedure="p", title="P", by=UserId("U0ANA"), begun_at=NOW, legs=())
    claim = claim_of(owe(JobName.RESOLVE_QUIET, OPEN.id, NOW))
    now = NOW + timedelta(minutes=5)
    incident = replace(OPEN, walks=(walk,))
    change = resolve(incident, alerts=[(OVER, RESOLVING)], requests=(), settles=claim, now=now)
    assert (change.incident, owed(change)) == (None, [(JobName.RESOLVE_QUIET, now + LOOK_AGAIN)])


def test_a_flapping_alert_of_before_this_was_counted_is_read_as_steady() -> None:
    assert not AlertRecord(alert=FIRING, incident_id=None, first_at=NOW, last_at=NOW).flapping
