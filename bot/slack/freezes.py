"""What stands still: the stop of all remediations, and an incident's frozen evidence, wherever they must be seen."""

from bot.slack import fit, signs
from bot.slack.blocks import Element, Rendered, bold, elements, joined, moment, mrkdwn, named, paragraph, rendered, text
from bot.slack.late import since
from bot.words.phrase import When
from bot.words.sentences import event_phrase
from commands.answers import Stopping
from commands.messages import StopMessage
from incident.approval import Approval
from incident.evidence import EvidenceFreeze
from incident.stop import Stop
from incident.timeline import Event, Kind

_RUNNING = 10


def stop_line(stop: Stop | None) -> list[Element]:
    """``🛑 Remediations are stopped everywhere since 12:33 by @ana: a wrong deploy``; empty while none stands."""
    if stop is None:
        return []
    sign = signs.EVENT[Kind.STOPPED]
    head = [text(f"{sign} "), bold("Remediations are stopped everywhere"), text(" since "), moment(When(stop.at))]
    return [*head, text(" by "), *named(stop.by), *_because(stop.reason)]


def evidence_line(frozen: EvidenceFreeze | None) -> list[Element]:
    """``🧊 Evidence is frozen since 12:33: suspected break-in · 1 step may run nevertheless``; else empty."""
    if frozen is None:
        return []
    sign = signs.EVENT[Kind.EVIDENCE_FROZEN]
    head = [text(f"{sign} "), bold("Evidence is frozen"), text(" since "), moment(When(frozen.at))]
    count = len(frozen.lifted)
    lifted = f"{count} step{'' if count == 1 else 's'} may run nevertheless" if count else ""
    return joined([*head, *_because(frozen.reason)], [text(lifted)] if lifted else [])


def stop_message(message: StopMessage) -> Rendered:
    """The line in the announcements."""
    return _told(message.event, [], late=message.late)


def stopping(answer: Stopping) -> Rendered:
    """What whoever stopped everything must know besides: what had begun goes on."""
    again = [] if answer.fresh else [[text("That was done already.")]]
    if answer.event.kind is not Kind.STOPPED:
        return _told(answer.event, again)
    running = [_runs(each) for each in answer.running[:_RUNNING]]
    head = "What had begun goes on:" if running else "Nothing was running."
    lift = "Diagnostics go on. Let remediations run again with /incident unfreeze."
    return _told(answer.event, [*again, [text(head)], *running, [text(lift)]])


def _runs(request: Approval) -> list[Element]:
    return [text(f"• {fit.one_line(request.plan.title, fit.NAME)} on {fit.one_line(request.plan.target, fit.NAME)}")]


def _told(event: Event, more: list[list[Element]], *, late: bool = False) -> Rendered:
    phrase = (*since(event.at, late=late), f"{signs.EVENT[event.kind]} ", *event_phrase(event))
    return rendered(mrkdwn(phrase), [paragraph(elements(phrase, fit.SECTION), *more)])


def _because(reason: str) -> list[Element]:
    return [text(f": {fit.one_line(reason, fit.SAID)}")] if reason.strip() else []
