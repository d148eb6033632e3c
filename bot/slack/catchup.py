"""The catch-up: for somebody who just came, what is so, what was tried, who does what and what is due. Newest last."""

from collections.abc import Sequence
from typing import Final

from bot.slack import fit, signs
from bot.slack.blocks import (
    Element,
    Rendered,
    bold,
    channel,
    context,
    elements,
    fallback,
    header,
    mention,
    moment,
    paragraph,
    rendered,
    text,
)
from bot.slack.card import alerts_words, clock_lines, earlier_line, roles_line, state_line, summary_line
from bot.slack.changes import change_lines
from bot.slack.freezes import evidence_line, stop_line
from bot.words.phrase import When
from bot.words.sentences import event_phrase
from incident import checklist
from incident.alert import AlertRecord, tally_of
from incident.approval import Approval, ApprovalState
from incident.incident import Incident
from incident.stop import Stop
from incident.system_change import SystemChange
from incident.timeline import Event, Kind, Link

_TOLD: Final = 14
_CHANGES: Final = 5
_LENGTH: Final = 200
_MATTERS: Final = frozenset(
    {
        Kind.DECLARED, Kind.REOPENED, Kind.ACKNOWLEDGED, Kind.SEVERITY_CHANGED, Kind.NOTED, Kind.UPDATED, Kind.FOUND,
        Kind.REJECTED, Kind.BROKE_GLASS, Kind.REMEDIATED, Kind.EFFECT_FOUND, Kind.VERIFIED, Kind.CLOCK_BREACHED,
        Kind.ESCALATED, Kind.MITIGATED, Kind.RESOLVED, Kind.END_DOUBTED, Kind.WALK_BEGUN, Kind.STEP_DONE,
        Kind.STEP_SKIPPED, Kind.HOLD_UNHEALTHY, Kind.WALK_ABORTED, Kind.WALK_FINISHED, Kind.EVIDENCE_FROZEN,
        Kind.EVIDENCE_LIFTED, Kind.EVIDENCE_RELEASED,
    }
)  # fmt: skip


def catchup(
    incident: Incident,
    *,
    alerts: Sequence[AlertRecord],
    approvals: Sequence[Approval],
    timeline: Sequence[Link],
    changes: Sequence[SystemChange],
    stop: Stop | None,
) -> Rendered:
    """The whole catch-up, for one person's eyes."""
    return rendered(
        fallback(signs.headline(incident)),
        [
            header(signs.headline(incident)),
            paragraph(
                state_line(incident, leader=False), summary_line(incident), earlier_line(incident), _place(incident)
            ),
            paragraph(stop_line(stop) if incident.open else [], evidence_line(incident.evidence)),
            paragraph(*clock_lines(incident.clocks), roles_line(incident), _counts(alerts)),
            paragraph(*change_lines(changes, _CHANGES)),
            _happened(timeline),
            _open_approvals(approvals),
            _unticked(incident),
        ],
    )


def _place(incident: Incident) -> list[Element]:
    return [channel(incident.home.channel)] if incident.home.channel is not None else []


def _counts(alerts: Sequence[AlertRecord]) -> list[Element]:
    words = alerts_words(tally_of(alerts))
    return [text(words)] if words else []


def _happened(timeline: Sequence[Link]) -> dict[str, object] | None:
    told = [link.event for link in timeline if link.event is not None and link.event.kind in _MATTERS]
    lines = [_line(event) for event in told[-_TOLD:]]
    return paragraph([bold("What happened, newest last")], *lines) if lines else None


def _line(event: Event) -> list[Element]:
    return [moment(When(event.at)), text("  "), *elements(event_phrase(event), _LENGTH, flat=True)]


def _open_approvals(approvals: Sequence[Approval]) -> dict[str, object] | None:
    waiting = [approval for approval in approvals if approval.state is ApprovalState.ASKED]
    lines = [
        [text(f"⚠️ {fit.one_line(each.plan.title, fit.NAME)}, asked by "), mention(each.requester), text(", expires "),
         moment(When(each.expires_at))]
        for each in waiting[:5]
    ]  # fmt: skip
    return paragraph([bold("Waiting for approval")], *lines) if lines else None


def _unticked(incident: Incident) -> dict[str, object] | None:
    items = incident.checklist
    open_items = [
        f"{number}. {fit.one_line(item.text, 80)}" for number, item in enumerate(items, 1) if not item.ticked_by
    ]
    return (
        context(f"Checklist {checklist.done(items)}/{len(items)}. Open: " + "; ".join(open_items[:5]))
        if items
        else None
    )
