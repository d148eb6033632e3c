"""What took how long, for whoever traces: webhooks, jobs, calls to Slack, looks and changes at targets.

Nothing is measured until somebody sets up where to (``opentelemetry.py``). Like the log, it is one for the process; and
like the log, no span holds what was sent or answered: names, ids and how it ended are all there is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from bot.telemetry.logs import told_about


class Span(Protocol):
    """One thing that takes time, from its beginning on."""

    def tell(self, name: str, value: str | int) -> None:
        """Add a fact."""
        ...

    def end(self, *, failed: str = "") -> None:
        """It is over; ``failed`` names what went wrong."""
        ...


class Spans(Protocol):
    """Where they go."""

    def begin(self, name: str, facts: dict[str, str]) -> Span:
        """Something begins, within what the same task is doing."""
        ...

    @contextmanager
    def within(self, span: Span) -> Iterator[None]:
        """What begins until the block ends is a part of ``span``."""
        ...


class _Nothing:
    """A span that nobody wants."""

    def tell(self, name: str, value: str | int) -> None:
        return

    def end(self, *, failed: str = "") -> None:
        return


_NOTHING: Final = _Nothing()
_wanted: list[Spans] = []


def set_up(spans: Spans | None) -> None:
    """From now on they go there; None: nowhere."""
    _wanted[:] = [] if spans is None else [spans]


def begin(name: str, **facts: str) -> Span:
    """A span that somebody ends: with the job and incident that it is about (``muster.incident``), and ``facts``."""
    if not _wanted:
        return _NOTHING
    about = {f"muster.{key}": value for key, value in (*told_about().items(), *facts.items())}
    return _wanted[0].begin(name, about)


@contextmanager
def span(name: str, **facts: str) -> Iterator[Span]:
    """A span as long as the block; what begins in it is a part of it."""
    if not _wanted:
        yield _NOTHING
        return
    made, failed = begin(name, **facts), ""
    try:
        with _wanted[0].within(made):
            yield made
    except BaseException as error:
        failed = type(error).__name__
        raise
    finally:
        made.end(failed=failed)
