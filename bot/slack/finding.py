"""What one diagnostic saw: the answer first, then the output, then the proof that it only looked."""

from collections.abc import Mapping
from typing import Final

from bot.phrase import When
from bot.slack import fit, signs
from bot.slack.blocks import (
    Block,
    Element,
    Rendered,
    bold,
    code,
    context,
    fallback,
    joined,
    moment,
    paragraph,
    preformatted,
    rendered,
    text,
)
from commands.messages import FindingMessage
from incident.finding import Finding, Phase

_COMMAND: Final = 1_000
_RECEIPT: Final = 8

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
            paragraph(_head(found), _answer(found)),
            _command(found),
            *_output(found),
            context(*proof(found)),
        ],
    )


def _head(found: Finding) -> list[Element]:
    return joined(
        [text(signs.finding(found) + " "), bold(fit.one_line(found.title, fit.NAME))],
        [code(found.verdict.value)],
        [text(_PHASES[found.phase])] if _PHASES[found.phase] else [],
        [moment(When(found.at))],
    )


def said(found: Finding) -> str:
    """The answer in a few words: the value against what is healthy, or why there is none."""
    if found.sight.error is not None:
        return fit.one_line(found.sight.error, fit.SAID)
    value = "" if found.sight.value is None else fit.one_line(str(found.sight.value), fit.NAME)
    healthy = "critical" if found.critical else "" if found.healthy is None else _HEALTH[found.healthy]
    expected = f"healthy: {fit.one_line(found.expectation, fit.NAME)}" if found.expectation.strip() else ""
    return " · ".join(part for part in (value, healthy, expected) if part) or _rows(found)


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
    notes = [f"{left} more characters are not shown"] if left else []
    notes += ["the output was cut off at its cap"] if found.sight.truncated else []
    return [preformatted(words), paragraph([text("… " + "; ".join(notes), italic=True)]) if notes else None]


def proof(found: Finding) -> tuple[str, ...]:
    """What judged the command, what proves that the credential could not write, and what the receipt says."""
    receipt = receipt_words(found.sight.receipt)
    return (
        f"Judged {found.verdict.value}: {fit.one_line(found.reason, 250)}" if found.reason.strip() else "",
        f"Could not write: {fit.one_line(found.attested, 250)}" if found.attested.strip() else "",
        f"Receipt: {receipt}" if receipt else "",
        f"{fit.one_line(found.target, fit.NAME)}, {found.sight.seconds:.2f} s",
    )


def receipt_words(receipt: Mapping[str, object]) -> str:
    """A receipt's facts on one line."""
    facts = list(receipt.items())[:_RECEIPT]
    return " · ".join(
        f"{fit.one_line(name.replace('_', ' '), 40)} {'none' if value is None else fit.one_line(str(value), 80)}"
        for name, value in facts
    )
