"""How a request was answered and how its run ended, with who and when: what every approval card ends in."""

from bot.slack import fit
from bot.slack.blocks import Block, Element, bold, joined, listed, mention, moment, preformatted, text
from bot.words.gates import EFFECTS
from bot.words.phrase import When
from bot.words.sentences import duration
from incident.approval import Approval, ApprovalState
from incident.effect import Found
from incident.finding import Outcome
from incident.running import ON_CARD


def end_lines(approval: Approval) -> list[list[Element]]:
    """The lines under an answered request: who asked and decided, why, and the outcome."""
    return [
        joined(
            [text("Asked by "), mention(approval.requester), text(" "), moment(When(approval.asked_at))],
            _decision(approval),
        ),
        _cancelled(approval),
        [bold("Reason: "), text(fit.one_line(approval.reason, fit.SAID))] if approval.reason.strip() else [],
        _outcome(approval.outcome) if approval.outcome is not None else [],
        _found(approval.found) if approval.found is not None else [],
    ]


def _decision(approval: Approval) -> list[Element]:
    if approval.state is ApprovalState.EXPIRED:
        said = "expired before enough people said yes " if approval.yes else "expired unanswered "
        return [text(said), moment(When(approval.expires_at))]
    if approval.decided_at is None:
        return []
    when = [text(" "), moment(When(approval.decided_at))]
    if approval.decided_by is None:
        return [text("void since"), *when]
    # Several said yes: the last of them decided it.
    people = approval.yes if approval.decided_by in approval.yes else (approval.decided_by,)
    return [text(f"{_verb(approval)} "), *listed([mention(each)] for each in people), *when, *_latency(approval)]


def _cancelled(approval: Approval) -> list[Element]:
    if approval.cancelled_by is None or approval.cancelled_at is None:
        return []
    words = "Cancelled by "
    if not approval.state.final:
        words = "Being stopped: cancelled by "
    elif approval.state not in (ApprovalState.CANCELLED, ApprovalState.UNKNOWN):
        words = "Too late to be stopped: cancelled by "
    return [text(words), mention(approval.cancelled_by), text(" "), moment(When(approval.cancelled_at))]


def _verb(approval: Approval) -> str:
    if approval.broke_glass:
        return "glass broken, without a second person, by"
    return "rejected by" if approval.state is ApprovalState.REJECTED else "approved by"


def _latency(approval: Approval) -> list[Element]:
    return [text(f" after {duration(approval.latency)}")] if approval.latency is not None else []


def _outcome(outcome: Outcome) -> list[Element]:
    line = [bold("Outcome: "), text(fit.one_line(outcome.sentence, fit.SAID))]
    ended = [moment(When(outcome.ended_at))] if outcome.ended_at is not None else []
    return joined(line, ended)


def _found(found: Found) -> list[Element]:
    said = [bold("Found: "), text(f"{EFFECTS[found.effect]}. {fit.one_line(found.note, fit.SAID)}")]
    return joined(said, [mention(found.by), text(" "), moment(When(found.at))])


def output_block(approval: Approval) -> Block | None:
    """What the run printed, trimmed; None when it printed nothing, or when the thread has followed it."""
    output = approval.outcome.output.strip() if approval.outcome is not None else ""
    if not output or approval.output is not None:
        return None
    words, left = fit.excerpt(output, ON_CARD)
    return preformatted(words + (f"\n… {left} more characters in this card's thread" if left else ""))
