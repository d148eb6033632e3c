"""Numbers in the text that Prometheus reads (exposition format 0.0.4), and counters that only ever go up."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\n": "\\n", '"': '\\"'})


class Metric(Struct, frozen=True, kw_only=True):
    """One number, or one for each combination of its labels' values."""

    name: str
    kind: str
    """``counter`` or ``gauge``."""
    meaning: str
    labels: tuple[str, ...] = ()
    samples: Sequence[tuple[tuple[str, ...], float]]
    """The labels' values, in their order, and the number."""


class Tally:
    """A counter of one process, from its start on."""

    def __init__(self, name: str, meaning: str, *labels: str) -> None:
        self._name = name
        self._meaning = meaning
        self._labels = labels
        self._counted: Counter[tuple[str, ...]] = Counter()

    def add(self, *values: str) -> None:
        """Count one more with these values of the labels."""
        self._counted[values] += 1

    def metric(self) -> Metric:
        """As it stands."""
        samples = sorted(self._counted.items())
        return Metric(name=self._name, kind="counter", meaning=self._meaning, labels=self._labels, samples=samples)


def gauge(name: str, meaning: str, value: float) -> Metric:
    """One number that goes up and down."""
    return Metric(name=name, kind="gauge", meaning=meaning, samples=[((), value)])


def text(metrics: Iterable[Metric]) -> str:
    """What a scrape reads."""
    return "".join(f"{line}\n" for metric in metrics for line in _lines(metric))


def _lines(metric: Metric) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.meaning}"
    yield f"# TYPE {metric.name} {metric.kind}"
    for values, number in metric.samples:
        pairs = zip(metric.labels, values, strict=True)
        labels = ",".join(f'{label}="{value.translate(_ESCAPED)}"' for label, value in pairs)
        yield f"{metric.name}{{{labels}}} {number}" if labels else f"{metric.name} {number}"
