"""Which alerts a matcher means: as in Alertmanager, by labels and by what every monitor's alert has."""

import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from incident import routing
from incident.alert import Alert, AlertStatus
from incident.matching import BadMatcher, matcher
from incident.responder import MUSTER
from incident.silence import Silence, read, silenced
from tests.fakes.runbooks import FakeRunbooks

ALERT = Alert(
    source="datadog",
    key="k",
    status=AlertStatus.FIRING,
    title="Disk full on eu-1",
    service="checkout",
    labels={"team": "data", "source": "agent", "kube.pod": 'a"b', "empty": ""},
)


@pytest.mark.parametrize(
    ("written", "met"),
    [
        ("team=data", True),
        (' team = "data" ', True),
        ("team=dat", False),
        ("team!=data", False),
        ("team!=qa", True),
        ("region=", True),
        ("region!=eu", True),
        ("team=~dat", False),
        ("team=~dat.|x", True),
        ("team!~dat.", False),
        ('title=~"Disk .*"', True),
        ("service=checkout", True),
        ("severity=", True),
        ("source=datadog", True),
        ("labels.source=agent", True),
        ("labels.team=data", True),
        ('kube.pod="a\\"b"', True),
        ("region=~.*", True),
        ('team!="=data"', True),
        ('team!="data,region=eu"', True),
        ("team=~[a-z]{1,9}", True),
    ],
)
def test_a_matcher_means_what_it_means_in_alertmanager(written: str, met: bool) -> None:
    assert matcher(written).takes(ALERT) is met


@pytest.mark.parametrize("written", ["", "team", "=data", "a b=c", 'team="data', "team=~(", "team=~*"])
def test_what_is_no_matcher_is_one_sentence(written: str) -> None:
    with pytest.raises(BadMatcher) as wrong:
        matcher(written)
    assert "\n" not in str(wrong.value)


@pytest.mark.parametrize("slip", ["team==data", "team!==data", "team='data'", "team=data, region=eu", "team=a,b!=c"])
def test_a_slip_is_no_value_that_no_alert_ever_has(slip: str) -> None:
    """Taken as written, the route would never hold, or always, and nobody would hear of it."""
    with pytest.raises(BadMatcher, match=r"one too many|single quotes|by itself"):
        matcher(slip)


HOSTILE = [
    "(a|a)*b",
    "(a+)+b",
    "(a*)*b",
    "(.*)(.*)(.*)(.*)(.*)b",
    "((a|b)+x?)*c",
    "a*a*a*a*a*a*b",
    "(?:a?){500}a{500}b",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_no_pattern_takes_long_whatever_a_label_says(value: str) -> None:
    """A backtracking engine would not end before the sun does."""
    hostile = replace(ALERT, labels={"host": "a" * 20_000})
    began = time.process_time()
    assert not matcher(f"host=~{value}").takes(hostile)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (r"(a)\1", "refers back"),
        ("(?=a)b", "looks ahead or behind"),
        ("(?!a).*", "use !~"),
        ("(?<!a)b", "looks ahead or behind"),
        ("(?>a)", "“(?>” means nothing here"),
        (r"a\Z", "“\\Z” means nothing here"),
        ("a{1001}", "more than 1000 times"),
        ("((x{0,30}){0,30}){0,30}", "more than 1000 times"),
        (r"(\pL{1000})", "too large"),
        ("a++", "“++” repeats a repetition"),
        ("*", "nothing stands before “*”; for any text, write .*"),
        ("(", "missing )"),
    ],
)
def test_a_pattern_that_cannot_be_read_says_why_in_plain_words(value: str, why: str) -> None:
    with pytest.raises(BadMatcher, match=re.escape(why)):
        matcher(f"host=~{value}")


@pytest.mark.parametrize("said", ["naïve host\nof two lines", "half a pair \ud800", ""])
def test_a_pattern_takes_any_text_whole(said: str) -> None:
    odd = replace(ALERT, labels={"host": said})
    assert matcher("host=~.*").takes(odd)
    assert matcher("host=~(?i)NA.VE.*").takes(odd) is said.startswith("na")


def test_a_silence_whose_pattern_is_no_longer_read_keeps_nothing_quiet_and_breaks_nothing() -> None:
    """It was made before patterns were RE2's."""
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    made = Silence(
        name="old",
        matchers=(r"team=~(d)ata\1?",),
        systems=(),
        by=MUSTER,
        at=now,
        until=now + timedelta(hours=2),
        reason="a move",
    )
    routed = routing.routed(ALERT, routing.Routing(), FakeRunbooks(), now)
    assert silenced(routed, ALERT, read([made]), now).muted is None
    newer = replace(made, name="new", matchers=("team=~d.*",))
    assert silenced(routed, ALERT, read([made, newer]), now).muted is not None
