"""What a target answered, and how it becomes a sight: cleaned, filtered, capped."""

import math
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from msgspec import Struct, field

from bot.executors.tool.legible import legible, spelled_out
from compiler.proof import filters
from compiler.proof.filters import jq
from compiler.proof.filters.single import leaves_one, narrows
from compiler.proof.filters.verdict import Filter
from incident.digest import Facts, Json
from incident.finding import Outcome, OutcomeState, Sight
from incident.plan import NO_PROMISE, Promise
from incident.verdict import Judgement

MOST_BYTES: Final = 4 << 20
"""The longest answer that is read, before filters; a longer one is cut or given up."""

_PICKING: Final = frozenset({"jq", "awk", "gawk", "mawk", "cut", "tr"})
"""Filters behind which a single line is the value itself, and not one line more or less; so are all that leave one."""


class NotAllowed(Exception):
    """A gate is shut, so nothing was sent. The text is a sentence that says which."""


class GuardBroken(Exception):
    """What was approved no longer holds, so nothing was changed. The text is a sentence."""


class Denied(Exception):
    """The target said no. The text is a sentence that says what to do.

    ``missing_right`` tells a refusal for want of a right from any other.
    """

    def __init__(self, sentence: str, *, missing_right: bool = False) -> None:
        super().__init__(sentence)
        self.missing_right = missing_right


class Unanswered(Exception):
    """The target could not be reached, or gave no answer that can be read. The text is a sentence."""


class LeftATrace(Exception):
    """The receipt shows that the look was more than a look; it was taken back. The text is a sentence."""


class EndedBadly(Exception):
    """The target told how a change ended that did not run as approved. ``sentence`` is whole, and nothing is added."""

    def __init__(self, state: OutcomeState, sentence: str, *, text: str = "") -> None:
        super().__init__(sentence)
        self.state = state
        self.text = text


class Answer(Struct, frozen=True, kw_only=True):
    """What came back. ``value`` is the one fact that matters, or of several things their number: ``single`` tells."""

    text: str
    plain: str | None = None
    """What a filter reads, where ``text`` is drawn for people."""
    value: Json = None
    rows: int | None = None
    cut: bool = False
    """The text is less than there is."""
    more: bool = False
    """There is more than was counted, so that ``value`` is too low."""
    error: str | None = None
    """Why what came back does not tell what was asked for, as a sentence."""
    told: str = ""
    """How a change ended, as a sentence; empty: that it ran, and how much it changed."""
    changed: int | None = None
    receipt: Facts = field(default_factory=dict)
    single: bool = False

    def is_part(self, chain: Sequence[Filter]) -> bool:
        """Whether what is shown behind these filters is less than there is."""
        return self.more if chain and self.plain is not None else self.cut


HeardBytes: TypeAlias = Callable[[bytes], None]
"""Takes what a program prints, as the bytes come."""


def nobody(piece: bytes) -> None:
    """Nobody listens."""


def _uncompared(answer: Answer) -> None:
    raise NotAllowed("Nothing was run: there is nothing to compare its guard with.")


class Run(Struct):
    """One change as it goes on. ``sent`` says that the target has it, or may have it, by now.

    ``heard`` takes what the change prints, as the bytes come; a tool that cannot tell before the end leaves it alone.
    """

    promise: Promise = NO_PROMISE
    heard: HeardBytes = nobody
    compare: Callable[[Answer], None] = _uncompared
    """Takes what the fingerprint's read answers within the change itself. Raises GuardBroken where it is another."""
    sent: bool = False
    so_far: str = ""
    """What a change of several parts has done by now, as a sentence; empty before the first was done."""
    receipt: Facts = field(default_factory=dict)
    """What is known of it even when it fails."""
    stopped: tuple[OutcomeState, str] | None = None
    """How a cancelled change stands, with its sentence, where the tool knows more than whether it was sent."""


def stopped(run: Run) -> Outcome:
    """What is known of a change that was cancelled."""
    if run.stopped is not None:
        state, sentence = run.stopped
    elif run.sent:
        state = OutcomeState.UNKNOWN
        sentence = "It was stopped after it was sent, and may have taken effect: run the diagnostics to see."
        sentence = f"{sentence} {run.so_far}".strip()
    else:
        state, sentence = OutcomeState.CANCELLED, "It was stopped before anything was sent."
    return Outcome(state=state, sentence=sentence, receipt=run.receipt)


def chain_of(written: Json) -> tuple[Filter, ...]:
    """The filters behind a command. Raises NotAllowed when one is none."""
    chosen = [filters.parse([str(word) for word in each]) for each in _lists(written)]
    for each in chosen:
        if isinstance(each, Judgement):
            raise NotAllowed(f"Nothing was sent: {each.reason}.")
    return tuple(each for each in chosen if isinstance(each, Filter))


def sight_of(answer: Answer, chain: Sequence[Filter], *, clean: Callable[[str], str], characters: int) -> Sight:
    """The answer as people see it. Cleaned before a filter can cut a secret in two, and capped at a whole line."""
    text, value, rows, single = clean(answer.text), answer.value, answer.rows, answer.single
    if chain and answer.error is None:
        text = text if answer.plain is None else clean(answer.plain)
        try:
            for each in chain:
                text = filters.apply(each, text)
        except jq.Misfit as fault:
            return Sight(output="", error=f"The answer is not what its filter takes: {fault}.")
        value, rows = _value(text, chain), len(text.splitlines())
        single = rows == 1 and leaves_one(chain, one=answer.single)
    shown = legible(text.rstrip("\n"))
    return Sight(
        output=_whole_lines(shown, characters),
        value=spelled_out(clean(value)) if isinstance(value, str) else value,
        rows=rows,
        truncated=answer.is_part(chain) or len(shown) > characters,
        receipt=answer.receipt,
        error=None if answer.error is None else legible(clean(answer.error)),
        single=single and value is not None and not answer.is_part(chain),
    )


def text_of(body: bytes, target: str) -> str:
    """An answer's bytes as text. Raises Unanswered when they are none."""
    if b"\0" in body[:8192]:
        raise Unanswered(f"{target} answered with {len(body)} bytes that are no text, so nothing can be shown.")
    return body.decode("utf-8", "replace")


def number_or_text(text: str) -> Json:
    """A number where the whole text is how that number is written, else the text: `007` and `12e3` name things."""
    text = text.strip()
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        if str(number) == text and math.isfinite(number):
            return number
    return text


def _value(text: str, chain: Sequence[Filter]) -> Json:
    lines = text.splitlines()
    if len(lines) != 1:
        return len(lines)
    found = number_or_text(lines[0])
    picked = any(each.words[0] in _PICKING or narrows(each) for each in chain)
    return found if picked or not isinstance(found, str) else 1


def _whole_lines(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return text[: max(text.rfind("\n", 0, most), 0)] or text[:most]


def _lists(written: Json) -> list[list[Json]]:
    return (
        [list(each) for each in written if isinstance(each, list | tuple)] if isinstance(written, list | tuple) else []
    )
