"""What one diagnostic saw: the answer first, then the output; the proof that it only looked is behind a button."""

from typing import Final

from bot.slack import fit, signs
from bot.slack.attached import Attached
from bot.slack.blocks import (
    Block,
    Element,
    Rendered,
    bold,
    button,
    code,
    fallback,
    joined,
    mention,
    moment,
    paragraph,
    preformatted,
    rendered,
    section,
    text,
)
from bot.slack.names import Action, pack
from bot.words.findings import amount
from bot.words.phrase import When
from commands.messages import FindingMessage
from incident.finding import Finding, Phase

_COMMAND: Final = 1_000

_HEALTH: Final = {True: "healthy", False: "not healthy"}
_PHASES: Final = {
    Phase.FIRST: "",
    Phase.ASKED: "asked for",
    Phase.BEFORE: "before the remediation",
    Phase.AFTER: "after the remediation",
    Phase.WATCH: "some time after the fix",
    Phase.STEP: "a procedure's step",
    Phase.HOLD: "during a procedure's wait",
}


def finding(message: FindingMessage) -> Rendered:
    """A finding for the findings thread."""
    found = message.finding
    return rendered(
        fallback(f"{signs.finding(found)} {fit.one_line(found.title, fit.NAME)}: {said(found)}"),
        [
            paragraph(_head(found), _answer(found), _private(message)),
            _command(found),
            *_output(found),
            section(_where(found), button("Proof", Action.PROOF, pack(found.id))),
        ],
    )


def _head(found: Finding) -> list[Element]:
    return joined(
        [text(signs.finding(found) + " "), bold(fit.one_line(found.title, fit.NAME))],
        [code(found.verdict.value)],
        [text(_PHASES[found.phase])] if _PHASES[found.phase] else [],
        [moment(When(found.at))],
    )


def _where(found: Finding) -> str:
    return f"{fit.one_line(found.target, fit.NAME)}, {found.sight.seconds:.2f} s"


def said(found: Finding) -> str:
    """The answer in a few words: the value against what is healthy, or why there is none."""
    if found.sight.error is not None:
        return fit.one_line(found.sight.error, fit.SAID)
    value = "" if found.sight.value is None else fit.one_line(amount(found.sight), fit.NAME)
    return " · ".join(part for part in (value, _health(found)) if part) or _rows(found)


def _health(found: Finding) -> str:
    """*healthy (at least 1)*, *not healthy (healthy: at most 0)*; without a verdict only what would be healthy."""
    state = "critical" if found.critical else "" if found.healthy is None else _HEALTH[found.healthy]
    if not found.expectation.strip():
        return state
    expected = fit.one_line(found.expectation, fit.NAME)
    if found.healthy and not found.critical:
        return f"{state} ({expected})"
    return f"{state} (healthy: {expected})" if state else f"healthy: {expected}"


def _rows(found: Finding) -> str:
    rows = found.sight.rows
    return "looked" if rows is None else "1 row" if rows == 1 else f"{rows} rows"


def _answer(found: Finding) -> list[Element]:
    failed = [bold("Could not look: ")] if found.sight.error is not None else []
    return [*failed, text(said(found))]


def _command(found: Finding) -> Block:
    words, left = fit.excerpt(found.shown, _COMMAND)
    return preformatted(words + (f"\n… {left} more characters" if left else ""))


def _output(found: Finding) -> list[Block | None]:
    if not found.sight.output.strip():
        return []
    words, left = fit.excerpt(found.sight.output.strip("\n"), fit.CODE)
    notes = [f"{left} more characters are in the file beside this"] if left else []
    notes += ["the output was cut off at its cap"] if found.sight.truncated else []
    return [preformatted(words), paragraph([text("… " + "; ".join(notes), italic=True)]) if notes else None]


def attached(message: FindingMessage) -> tuple[Attached, ...]:
    """The whole output as a file, when its message cannot hold it."""
    found = message.finding
    if not fit.excerpt(found.sight.output.strip("\n"), fit.CODE)[1]:
        return ()
    name = f"{message.incident.key}-{found.id}-output.txt"
    title = f"Whole output: {fit.one_line(found.title, 80)}"
    return (Attached(name=name, title=title, content=found.sight.output.encode()),)


def _private(message: FindingMessage) -> list[Element]:
    """Who may read what a private step saw."""
    found = message.finding
    if not found.private:
        return []
    if found.sight == found.withheld:
        return [text("Private: only you can read this. The thread says only whether it is healthy.", italic=True)]
    if message.reader is None:
        words = "What it saw is private, and nobody leads or is on call: take the commander's role and diagnose again."
        return [text(words, italic=True)]
    only = text(" can read it, in a direct message.", italic=True)
    return [text("What it saw is private: only ", italic=True), mention(message.reader), only]
