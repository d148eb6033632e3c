"""What an alert means: the whole table, always with a reason, and never two open incidents for one trouble."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from incident import intake
from incident.alert import Alert, AlertRecord
from incident.flapping import MOST_KEPT
from incident.incident import Incident, Status
from incident.intake import CATCH_UP, Decision, Seen, Verb
from incident.muting import Muted
from incident.responder import monitor
from incident.routing import Deed, Routed
from incident.severity import HOUSE, Severity
from tests.incident.hearing import FIRING, QUIET, ROUTED

NOW = datetime(2026, 3, 14, 9, tzinfo=UTC)
WINDOW = timedelta(hours=2)


def incident(number: int = 1, *, resolved_ago: timedelta | None = None) -> Incident:
    """One that is open, or that was resolved so long ago."""
    return Incident(
        id=f"inc_{number}",
        number=number,
        version=1,
        title="Orders stand still",
        severity=Severity.P1,
        declared_by=monitor("alertmanager"),
        declared_at=NOW - timedelta(days=1),
        detected_at=NOW - timedelta(days=1),
        system="shop",
        policy=HOUSE[Severity.P1],
        status=Status.INVESTIGATING if resolved_ago is None else Status.RESOLVED,
        resolved_at=None if resolved_ago is None else NOW - resolved_ago,
    )


def record(alert: Alert = FIRING) -> AlertRecord:
    return AlertRecord(alert=alert, incident_id="inc_1", first_at=NOW, last_at=NOW, version=1)


def decide(
    alert: Alert = FIRING,
    *,
    known: AlertRecord | None = None,
    own: Incident | None = None,
    last: Incident | None = None,
) -> Decision:
    return intake.decide(alert, ROUTED, Seen(known=known, own=own, last=last), NOW)


MOMENT, SOON, LONG = CATCH_UP, WINDOW, WINDOW + timedelta(seconds=1)
OPEN, JUST_ENDED = incident(), incident(resolved_ago=MOMENT)
ENDED_SOON, ENDED_LONG = incident(resolved_ago=SOON), incident(resolved_ago=LONG)
NEWER, NEWER_ENDED = incident(2), incident(2, resolved_ago=SOON)

TABLE = {
    "nothing known": (FIRING, None, None, None, Verb.DECLARES, None),
    "its group's incident is open": (FIRING, None, None, OPEN, Verb.JOINS, OPEN),
    "still firing in its open incident": (FIRING, record(), OPEN, OPEN, Verb.REPEATS, OPEN),
    "people resolved it a moment ago": (FIRING, record(), JUST_ENDED, JUST_ENDED, Verb.REPEATS, JUST_ENDED),
    "it never went away": (FIRING, record(), ENDED_SOON, ENDED_SOON, Verb.REOPENS, ENDED_SOON),
    "it never went away, for days": (FIRING, record(), ENDED_LONG, ENDED_LONG, Verb.REOPENS, ENDED_LONG),
    "it never went away, and its group has a newer one": (FIRING, record(), ENDED_LONG, NEWER, Verb.JOINS, NEWER),
    "just resolved, and its group has a newer one": (FIRING, record(), JUST_ENDED, NEWER, Verb.REPEATS, JUST_ENDED),
    "it fires again while its incident is open": (FIRING, record(QUIET), OPEN, OPEN, Verb.JOINS, OPEN),
    "the same, and its group was renamed": (FIRING, record(QUIET), OPEN, None, Verb.JOINS, OPEN),
    "it came back soon": (FIRING, record(QUIET), ENDED_SOON, ENDED_SOON, Verb.REOPENS, ENDED_SOON),
    "its group came back soon": (FIRING, None, None, ENDED_SOON, Verb.REOPENS, ENDED_SOON),
    "it came back to a newer one": (FIRING, record(QUIET), ENDED_LONG, NEWER_ENDED, Verb.REOPENS, NEWER_ENDED),
    "it came back long after": (FIRING, record(QUIET), ENDED_LONG, ENDED_LONG, Verb.DECLARES, None),
    "the monitor says that it is over": (QUIET, record(), OPEN, OPEN, Verb.RESOLVES, OPEN),
    "over, after people said so": (QUIET, record(), ENDED_SOON, ENDED_SOON, Verb.RESOLVES, ENDED_SOON),
    "over, and it was over": (QUIET, record(QUIET), OPEN, OPEN, Verb.REPEATS, OPEN),
    "over, and never heard of": (QUIET, None, None, OPEN, Verb.IGNORED, None),
}


@pytest.mark.parametrize(
    ("alert", "known", "own", "last", "verb", "concerned"),
    list(TABLE.values()),
    ids=list(TABLE),
)
def test_what_an_alert_does(
    alert: Alert,
    known: AlertRecord | None,
    own: Incident | None,
    last: Incident | None,
    verb: Verb,
    concerned: Incident | None,
) -> None:
    decision = decide(alert, known=known, own=own, last=last)
    assert (decision.verb, decision.incident) == (verb, concerned)
    assert decision.why


incidents = st.sampled_from([OPEN, JUST_ENDED, ENDED_SOON, ENDED_LONG])
newer = st.sampled_from([NEWER, NEWER_ENDED, incident(2, resolved_ago=LONG)])


@given(st.sampled_from([FIRING, QUIET]), st.sampled_from([None, FIRING, QUIET]), incidents, newer, st.booleans())
def test_nothing_is_ever_declared_or_reopened_beside_an_open_incident_of_the_same_trouble(
    alert: Alert, before: Alert | None, own: Incident, last: Incident, same: bool
) -> None:
    known = None if before is None else record(before)
    newest = own if same else last
    decision = decide(alert, known=known, own=None if known is None else own, last=newest)
    if decision.verb in (Verb.DECLARES, Verb.REOPENS):
        assert not newest.open
    if decision.verb is Verb.REOPENS:
        assert decision.incident is not None
        assert not decision.incident.open
    if decision.verb is Verb.JOINS:
        assert decision.incident is not None
        assert decision.incident.open


def test_the_record_counts_every_message_and_every_time_it_went_off() -> None:
    first = intake.recorded(FIRING, None, "inc_1", NOW)
    assert (first.count, first.firings, first.version) == (1, 1, 0)
    repeated = intake.recorded(FIRING, first, None, NOW + timedelta(minutes=1))
    quiet = intake.recorded(QUIET, repeated, None, NOW + timedelta(minutes=2))
    again = intake.recorded(FIRING, quiet, "inc_2", NOW + timedelta(minutes=3))
    assert (again.count, again.firings, again.incident_id) == (4, 2, "inc_2")
    assert (again.first_at, again.last_at) == (NOW, NOW + timedelta(minutes=3))


def test_changes_are_kept_with_their_times_and_only_so_many() -> None:
    known = intake.recorded(FIRING, None, "inc_1", NOW)
    for minute in range(1, 80):
        known = intake.recorded(QUIET if minute % 2 else FIRING, known, "inc_1", NOW + timedelta(minutes=minute))
    again = intake.recorded(known.alert, known, "inc_1", NOW + timedelta(hours=2))
    assert again.changes == tuple(NOW + timedelta(minutes=minute) for minute in range(80 - MOST_KEPT, 80))


MUTED = replace(ROUTED, muted=Muted(rule="upgrade", reason="the database is moved", until=NOW + timedelta(hours=1)))
NOTICE, NOTHING = replace(ROUTED, deed=Deed.NOTICE), replace(ROUTED, deed=Deed.NOTHING)
QUIETED = replace(record(), incident_id=None, muted_by="upgrade")


@pytest.mark.parametrize(
    ("alert", "routed", "seen", "verb"),
    [
        (FIRING, MUTED, Seen(), Verb.MUTED),
        (FIRING, MUTED, Seen(last=OPEN), Verb.MUTED),
        (FIRING, MUTED, Seen(known=record(), own=OPEN), Verb.REPEATS),
        (FIRING, MUTED, Seen(known=record(QUIET), own=OPEN), Verb.MUTED),
        (FIRING, MUTED, Seen(known=QUIETED), Verb.MUTED),
        (QUIET, MUTED, Seen(known=QUIETED), Verb.RESOLVES),
        (FIRING, ROUTED, Seen(known=QUIETED), Verb.DECLARES),
        (FIRING, ROUTED, Seen(known=QUIETED, last=OPEN), Verb.JOINS),
        (FIRING, ROUTED, Seen(known=replace(record(), muted_by="upgrade"), own=ENDED_LONG), Verb.DECLARES),
        (FIRING, NOTICE, Seen(), Verb.NOTIFIES),
        (FIRING, NOTICE, Seen(last=OPEN), Verb.NOTIFIES),
        (FIRING, replace(NOTICE, muted=MUTED.muted), Seen(), Verb.MUTED),
        (FIRING, NOTHING, Seen(known=record(), own=OPEN), Verb.IGNORED),
        (QUIET, NOTHING, Seen(known=record(), own=OPEN), Verb.RESOLVES),
    ],
)
def test_what_is_muted_only_told_or_ignored(alert: Alert, routed: Routed, seen: Seen, verb: Verb) -> None:
    decision = intake.decide(alert, routed, seen, NOW)
    assert decision.verb is verb
    assert decision.why


@pytest.mark.parametrize("last", [None, OPEN, ENDED_SOON, ENDED_LONG])
def test_whatever_follows_when_a_silence_is_over_its_reason_names_the_silence(last: Incident | None) -> None:
    """Else nobody who asks why learns that it was kept quiet until then."""
    assert "fires still, now that “upgrade” is over" in decide(known=QUIETED, last=last).why


def test_what_comes_back_late_leads_back_to_the_incident_before() -> None:
    assert decide(known=record(QUIET), own=ENDED_LONG).earlier is ENDED_LONG
