"""Which alerts a matcher means: as in Alertmanager, by labels and by what every monitor's alert has."""

import pytest

from incident.alert import Alert, AlertStatus
from incident.matching import BadMatcher, matcher, plain_matcher

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
    ],
)
def test_a_matcher_means_what_it_means_in_alertmanager(written: str, met: bool) -> None:
    assert matcher(written).takes(ALERT) is met


@pytest.mark.parametrize("written", ["", "team", "=data", "a b=c", 'team="data', "team=~(", "team=~*"])
def test_what_is_no_matcher_is_one_sentence(written: str) -> None:
    with pytest.raises(BadMatcher) as wrong:
        matcher(written)
    assert "\n" not in str(wrong.value)


ENDLESS = ["(a+)+", "(a*)*b", "((a|b)+x)*", "((a)+)+", "(a{2,})+", "(a+){20}", "([^]]+)+", r"(\w+\)?)+", "([)]+)+"]
PLAIN = ["(a|b)+", r"a+\.(b|c)?d*", "Disk.*|Volume.*", "(?:x[*+]y)+", r"(a\+)+", "((a+)b)?", r"(\d{1,3}\.){3}\d+"]


@pytest.mark.parametrize("value", ENDLESS)
def test_a_pattern_that_could_take_for_ever_is_refused(value: str) -> None:
    with pytest.raises(BadMatcher, match="repeats what is repeated"):
        plain_matcher(f"host=~{value}")


@pytest.mark.parametrize("value", PLAIN)
def test_a_plain_pattern_is_taken(value: str) -> None:
    assert plain_matcher(f"host=~{value}") == matcher(f"host=~{value}")
