"""Every monitor's documented bodies are taken for what they mean, and nothing that is changed in them is an end."""

import gzip
import json
from collections.abc import Iterator

import pytest

from bot.sources.table import SOURCES
from commands.outage import Unreadable
from incident.alert import AlertStatus
from tests.bot.sources.documented import ROWS, Row

ODD: tuple[object, ...] = (
    None,
    [],
    {},
    [[]],
    "x" * 20_000,
    7.5e300,
    float("nan"),
    -(10**30),
    {"a": {"b": [None]}},
    "\ud800",
)


def taken(source: str, body: bytes) -> list[tuple[str, str]] | None:
    try:
        return [(each.status.value, each.key) for each in SOURCES[source].parse(body)]
    except Unreadable:
        return None


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_it_means_what_its_sender_says(row: Row) -> None:
    source, body, alerts = row
    assert taken(source, json.dumps(body).encode()) == alerts


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_it_means_the_same_however_it_is_written_down(row: Row) -> None:
    source, body, alerts = row
    written = json.dumps(body, ensure_ascii=False)
    assert taken(source, b"\xef\xbb\xbf" + written.encode()) == alerts
    assert taken(source, written.encode("utf-16")) == alerts
    assert taken(source, gzip.compress(written.encode())) == alerts
    assert taken(source, written.encode()[:-1]) is None, "half a body"
    assert taken(source, gzip.compress(written.encode())[:-40]) is None, "half a packed body"


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_whatever_is_missing_or_odd_in_it_is_never_an_end(row: Row) -> None:
    source, body, alerts = row
    ended = {key for status, key in alerts or () if status == AlertStatus.RESOLVED}
    for changed in variants(body):
        found = taken(source, json.dumps(changed).encode()) or []
        if not ended:
            assert AlertStatus.RESOLVED not in {status for status, _ in found}, changed


def variants(body: object) -> Iterator[object]:
    """The body with every entry in turn left out, and in turn something else."""
    if isinstance(body, dict):
        for name, value in body.items():
            yield {each: kept for each, kept in body.items() if each != name}
            yield from ({**body, name: odd} for odd in (*ODD, *variants(value)))
    elif isinstance(body, list):
        for at, value in enumerate(body):
            yield [*body[:at], *body[at + 1 :]]
            yield from ([*body[:at], odd, *body[at + 1 :]] for odd in (*ODD, *variants(value)))


def test_what_a_proxy_packed_beyond_measure_is_a_sentence() -> None:
    with pytest.raises(Unreadable, match="over 4 MiB"):
        SOURCES["alertmanager"].parse(gzip.compress(b" " * (5 * 1024 * 1024)))


def test_an_older_character_set_is_read() -> None:
    body = '{"alerts": [{"status": "firing", "labels": {"alertname": "Übergröße"}}]}'
    (alert,) = SOURCES["alertmanager"].parse(body.encode("cp1252"))
    assert alert.title == "Übergröße"


def test_a_form_is_read_as_its_entries_or_as_the_json_in_it() -> None:
    assert taken("uptimerobot", b"monitorID=77&alertType=1&monitorFriendlyName=My+Shop") == [("firing", "77")]
    assert taken("datadog", b"payload=%7B%22title%22%3A%22%5BTriggered%5D+Slow%22%7D") == [("firing", "Slow/")]
    assert taken("uptimerobot", b"&".join(b"a%d=1" % each for each in range(5000))) is None


def test_a_form_in_parts_is_read_as_well() -> None:
    """Uptime Kuma sends one, if it is set to."""
    kuma = json.dumps({"heartbeat": {"status": 0}, "monitor": {"id": 3, "name": "Shop"}, "msg": "[Shop] down"})
    part = '--x7\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    assert taken("generic", (part.format("data", kuma) + "--x7--\r\n").encode()) == [("firing", "3")]
    robot = part.format("alertType", "1") + part.format("monitorID", "77") + "--x7--\r\n"
    assert taken("uptimerobot", robot.encode()) == [("firing", "77")]
    for odd in (b"--", b"--\r\n", b"--x7\r\n\r\n", b"--x7\r\n" * 5000, robot.encode()[:40]):
        assert taken("generic", odd) is None


def test_of_an_entry_that_comes_twice_the_last_counts() -> None:
    assert taken("generic", b'{"title": "Slow", "status": "up", "status": "down"}') == [("firing", "Slow")]


def test_what_alertmanager_left_out_is_said() -> None:
    source, body, _ = ROWS["alertmanager truncated"]
    (alert,) = SOURCES[source].parse(json.dumps(body).encode())
    assert alert.description == "too slow\nand 12 more alerts of its group, which the monitor left out"


@pytest.mark.parametrize("odd", ["9" * 5000, "²", "-3", "0" * 5000, "many"])
def test_a_number_of_left_out_alerts_that_is_none_loses_no_alert(odd: str) -> None:
    source, body, _ = ROWS["alertmanager truncated"]
    assert isinstance(body, dict)
    (alert,) = SOURCES[source].parse(json.dumps({**body, "truncatedAlerts": odd}).encode())
    assert alert.description == "too slow"
