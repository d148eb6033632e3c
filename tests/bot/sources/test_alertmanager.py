"""Alertmanager as it is in the wild: every odd body becomes the alerts it means, or one sentence, and never a crash."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sources.alertmanager import parse
from bot.sources.reading import link, text, time
from bot.sources.table import ParserTable
from commands.outage import Unreadable
from incident.alert import Alert, AlertStatus, Delivery
from incident.digest import digest
from tests.fakes import monitor
from tests.fakes.clock import START

ENTRY: Mapping[str, object] = {
    "status": "firing",
    "labels": {"alertname": "QueueGrows", "severity": "page", "service": "orders", "instance": "eu-1"},
    "annotations": {"summary": "The queue grows on eu-1", "description": "It has grown for ten minutes."},
    "startsAt": "2026-03-14T09:00:00.123456789Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "https://prometheus.example/graph?g0.expr=queue",
    "fingerprint": "b1946ac92492d234",
}


def whole(*entries: object, **top: object) -> bytes:
    made = {"version": "4", "status": "firing", "receiver": "muster", "groupKey": '{}:{team="orders"}', **top}
    return json.dumps({"alerts": list(entries), **made}).encode()


def one(**changed: object) -> Alert:
    """The alert of an entry in which some fields are others; None takes a field out."""
    entry = {name: value for name, value in {**ENTRY, **changed}.items() if value is not None}
    (alert,) = parse(whole(entry))
    return alert


def test_a_plain_alert_is_read_whole() -> None:
    assert one() == Alert(
        source="alertmanager",
        key="b1946ac92492d234@2026-03-14T09:00:00.123456+00:00",
        thing="b1946ac92492d234@",
        status=AlertStatus.FIRING,
        title="The queue grows on eu-1",
        description="It has grown for ten minutes.",
        severity="page",
        service="orders",
        group='{}:{team="orders"}/muster',
        starts_at=datetime(2026, 3, 14, 9, 0, 0, 123456, UTC),
        ends_at=None,
        labels={"alertname": "QueueGrows", "severity": "page", "service": "orders", "instance": "eu-1"},
        links={"graph": "https://prometheus.example/graph?g0.expr=queue"},
    )


# State.


def test_a_firing_body_may_hold_resolved_alerts() -> None:
    alerts = parse(whole(ENTRY, {**ENTRY, "status": "resolved", "fingerprint": "2"}))
    assert [each.status for each in alerts] == [AlertStatus.FIRING, AlertStatus.RESOLVED]


@pytest.mark.parametrize(("top", "status"), [("resolved", AlertStatus.RESOLVED), ("firing", AlertStatus.FIRING)])
def test_an_alert_without_a_state_has_its_bodys(top: str, status: AlertStatus) -> None:
    (alert,) = parse(whole({"labels": {"alertname": "A"}}, status=top))
    assert alert.status is status


def test_a_time_of_the_end_does_not_make_a_firing_alert_a_resolved_one() -> None:
    alert = one(endsAt="2026-03-14T09:05:00Z")
    assert (alert.status, alert.ends_at) == (AlertStatus.FIRING, None)


def test_what_is_resolved_says_since_when() -> None:
    assert one(status="Resolved", endsAt="2026-03-14T10:05:00+01:00").ends_at == datetime(2026, 3, 14, 9, 5, tzinfo=UTC)
    assert one(status="resolved").ends_at is None, "the zero time is unknown"


# Which alert it is.


def test_a_repeat_and_a_resolution_are_the_same_alert_and_a_later_outage_is_another() -> None:
    again = one(endsAt="2026-03-14T09:30:00Z", annotations={"summary": "Other words"})
    assert again.key == one().key == one(status="resolved").key
    assert one(startsAt="2026-03-14T11:00:00Z").key != one().key


def test_the_same_moment_written_otherwise_is_the_same_alert() -> None:
    assert one(startsAt="2026-03-14T09:00:00Z").key == one(startsAt="2026-03-14T10:00:00+01:00").key


def test_without_a_fingerprint_the_labels_tell_which_alert_it_is_in_any_order() -> None:
    labels = {"alertname": "A", "instance": "1"}
    turned = dict(reversed(labels.items()))
    assert one(fingerprint=None, labels=labels).key == one(fingerprint=None, labels=turned).key
    assert one(fingerprint=None, labels=labels).key != one(fingerprint=None, labels={**labels, "instance": "2"}).key


def test_equal_labels_with_different_fingerprints_are_different_alerts() -> None:
    assert one(fingerprint="1").key != one(fingerprint="2").key


def test_a_group_belongs_to_its_receiver() -> None:
    (first,) = parse(whole(ENTRY, receiver="team-a"))
    (second,) = parse(whole(ENTRY, receiver="team-b"))
    assert first.group != second.group


def test_without_a_group_an_alert_is_its_own_group_also_when_it_comes_back() -> None:
    (first,) = parse(whole(ENTRY, groupKey=None))
    (later,) = parse(whole({**ENTRY, "startsAt": "2026-03-14T11:00:00Z"}, groupKey=None))
    assert first.group == later.group == "b1946ac92492d234"


# What people read.


@pytest.mark.parametrize(
    ("annotations", "labels", "title"),
    [
        ({"title": "T"}, {"alertname": "A"}, "T"),
        ({"message": "M"}, {"alertname": "A"}, "M"),
        ({"summary": "", "message": None}, {"alertname": "A"}, "A"),
        (None, {"alertname": "A"}, "A"),
        ({}, {"b": "2", "a": "1"}, "a=1, b=2"),
        ({}, {}, "An alert without a name"),
        ({"summary": "Größe 📈 überschritten"}, {}, "Größe 📈 überschritten"),
        ({"summary": "x" * 500}, {}, "x" * 200),
        ({"summary": "  \u0000 "}, {"alertname": "A"}, "A"),
    ],
)
def test_there_is_always_a_title(annotations: object, labels: object, title: str) -> None:
    assert one(annotations=annotations, labels=labels).title == title


@pytest.mark.parametrize(
    ("labels", "severity"),
    [({"severity": "critical"}, "critical"), ({"priority": "P2"}, "P2"), ({"level": "purple"}, "purple"), ({}, None)],
)
def test_the_severity_is_the_monitors_own_word_wherever_it_stands(
    labels: Mapping[str, str], severity: str | None
) -> None:
    assert one(labels=labels).severity == severity


def test_what_all_alerts_share_counts_for_each_and_its_own_words_win() -> None:
    shared = {"commonLabels": {"team": "orders", "severity": "info"}, "commonAnnotations": {"summary": "All of them"}}
    (alert,) = parse(whole({"labels": {"severity": "critical"}}, **shared))
    assert (alert.labels, alert.title) == ({"team": "orders", "severity": "critical"}, "All of them")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/graph?g0",
        "prometheus.example/x",
        "javascript:alert(1)",
        "http://",
        "ftp://x/",
        "http://[",
        "https://a b/",
        7,
    ],
)
def test_only_whole_web_addresses_are_shown(address: object) -> None:
    assert one(generatorURL=address).links == {}


def test_the_runbook_and_the_dashboard_are_linked() -> None:
    made = one(annotations={"runbook_url": "https://w.example/r", "dashboard": "https://g.example/d"})
    assert {name: made.links[name] for name in ("runbook", "dashboard")} == {
        "runbook": "https://w.example/r",
        "dashboard": "https://g.example/d",
    }


# Odd bodies.


@pytest.mark.parametrize(
    "started", [None, "", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "soon", 12, True, {}, []]
)
def test_a_start_that_is_none_is_unknown_and_never_guessed(started: object) -> None:
    alert = one(startsAt=started)
    assert alert.starts_at is None
    assert alert.key == "b1946ac92492d234"


@pytest.mark.parametrize("version", ["3", "1", None, 4, ["x"]])
def test_other_versions_are_read_too(version: object) -> None:
    (alert,) = parse(whole(ENTRY, version=version))
    assert alert.title == "The queue grows on eu-1"


def test_a_body_of_nothing_but_alerts_is_enough() -> None:
    (alert,) = parse(b'{"alerts": [{"status": "firing"}]}')
    assert (alert.status, alert.title) == (AlertStatus.FIRING, "An alert without a name")


def test_a_body_without_alerts_does_nothing_and_is_no_error() -> None:
    assert parse(b'{"alerts": [], "truncatedAlerts": 3}') == ()


def test_an_odd_entry_does_not_lose_the_others() -> None:
    assert len(parse(whole(None, 5, "x", [], ENTRY, {"labels": ["a"], "annotations": 1, "status": {}}))) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[7]",
        b"7",
        b'"alerts"',
        b"{",
        b"{}",
        b'{"alerts": null}',
        b'{"alerts": {}}',
        b'{"alerts": [1, null]}',
        b"\xff\xfe",
        b"<html>",
        b"[" * 100_000,
        b'{"alerts": ' + b"9" * 5_000 + b"}",
    ],
)
def test_what_is_no_body_of_alerts_is_refused_in_one_sentence(body: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        parse(body)
    assert 0 < len(str(refused.value)) < 100
    assert "\n" not in str(refused.value)


def test_half_a_character_and_null_do_not_reach_the_store() -> None:
    raw = b'{"alerts": [{"labels": {"a\\u0000b": "\\ud800x", "\\udfff": "1"}, "annotations": {"summary": "\\udc00"}}]}'
    (alert,) = parse(raw)
    assert alert.title == "?"
    assert alert.labels == {"ab": "?x", "?": "1"}


def test_a_source_that_nobody_reads_is_a_dead_letter() -> None:
    with pytest.raises(Unreadable):
        ParserTable().parse(Delivery(key="1", source="carrier-pigeon", received_at=START, headers={}, body=b"{}"))
    known = Delivery(key="1", source="alertmanager", received_at=START, headers={}, body=whole(ENTRY))
    assert len(ParserTable().parse(known)) == 1


def test_our_own_monitor_in_the_tests_speaks_the_same_language() -> None:
    assert parse(json.dumps(monitor.body()).encode())[0].starts_at == START


# Whatever comes.

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
NAMES = ("status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint")
TOPS = ("status", "receiver", "groupKey", "commonLabels", "commonAnnotations", "externalURL", "version")
entries = st.dictionaries(st.sampled_from(NAMES), anything, max_size=7) | anything
bodies = st.builds(
    lambda top, alerts: {**top, "alerts": alerts},
    st.dictionaries(st.sampled_from(TOPS), anything, max_size=5),
    st.lists(entries, max_size=4),
)


@settings(max_examples=100, deadline=None)
@given(bodies | anything)
def test_no_json_of_any_shape_crashes_and_what_comes_out_can_be_stored(value: object) -> None:
    try:
        alerts = parse(json.dumps(value).encode())
    except Unreadable:
        return
    for alert in alerts:
        assert alert.title.strip()
        assert len(alert.title) <= 200
        assert alert.key
        assert all(address.startswith(("http://", "https://")) for address in alert.links.values())
        everything = [alert.title, alert.key, alert.group, alert.description, *alert.labels, *alert.labels.values()]
        assert len(digest(everything)) == 64, "every text is whole UTF-8"
        assert "\x00" not in "".join(each or "" for each in everything)
        assert alert.starts_at is None or alert.starts_at.tzinfo is UTC


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_of_any_kind_crash(raw: bytes) -> None:
    with suppress(Unreadable):
        parse(raw)


@given(st.text(max_size=40) | st.integers() | st.floats() | st.none())
def test_no_value_crashes_the_readers(value: object) -> None:
    assert text(value).encode() is not None
    moment = time(value)
    assert moment is None or moment.tzinfo is UTC
    assert link(value) is None or str(link(value)).startswith("http")
