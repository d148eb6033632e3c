"""The approval card: exactly what would run, where, what it would change and how to take it back; then how it ended.

The command is complete whatever its length: in one code block, in several, or in a file beside the card.
"""

from collections.abc import Sequence
from typing import Final

from bot.slack import fit, signs
from bot.slack.approval_end import end_lines, output_block
from bot.slack.approval_request import request_lines
from bot.slack.attached import Attached
from bot.slack.blocks import (
    Block,
    Element,
    Rendered,
    actions,
    bold,
    button,
    context,
    fallback,
    header,
    link,
    moment,
    paragraph,
    preformatted,
    rendered,
    text,
)
from bot.slack.freezes import evidence_line, stop_line
from bot.slack.names import Action, pack
from bot.words.findings import amount
from bot.words.phrase import When
from commands.messages import ApprovalMessage
from incident import course
from incident.approval import Approval, ApprovalState
from incident.finding import Finding
from incident.plan import Plan, Promise
from incident.runbook import GuardKind

ON_CARD: Final = 5_000
"""A longer command comes as a file, whole, and the card shows only how it begins."""
_BEGINNING: Final = 1_000
_FINDINGS: Final = 5
_SIGNS: Final = {True: "", False: ", not healthy", None: ""}

_HEADS: Final = {
    ApprovalState.PREPARING: "Preparing a remediation",
    ApprovalState.ASKED: "Remediation needs approval",
    ApprovalState.APPROVED: "Approved, about to run",
    ApprovalState.RUNNING: "Remediation is running",
    ApprovalState.RAN: "Remediation ran",
    ApprovalState.FAILED: "Remediation failed",
    ApprovalState.REJECTED: "Remediation rejected",
    ApprovalState.EXPIRED: "Request expired, nothing was run",
    ApprovalState.VOID: "Request void, nothing was run",
    ApprovalState.CANCELLED: "Remediation cancelled, nothing was changed",
    ApprovalState.UNKNOWN: "Remediation was cut short: look at the target",
}
_WHOLE: Final = {
    ApprovalState.PREPARING: "Preparing the changes of a procedure",
    ApprovalState.ASKED: "All changes need one approval",
    ApprovalState.APPROVED: "All changes are approved",
    ApprovalState.RAN: "All changes ran",
    ApprovalState.VOID: "Approval void: each change asks for itself",
    ApprovalState.CANCELLED: "Approval cancelled: each change asks for itself",
}
_PART: Final = 200


def attached(message: ApprovalMessage) -> tuple[Attached, ...]:
    """The whole command as a file, when the card cannot hold it."""
    plan = message.approval.plan
    if _on_card(plan):
        return ()
    name = f"{message.incident.key}-{message.approval.id}-command.txt"
    return (Attached(name=name, title=f"Whole command: {fit.one_line(plan.title, 80)}", content=plan.shown.encode()),)


def approval_card(message: ApprovalMessage) -> Rendered:
    """The card as the request stands; only an open one has buttons, and it always ends in words."""
    approval, plan = message.approval, message.approval.plan
    head = f"{signs.APPROVAL[approval.state]} {_head(approval)} · {message.incident.key}"
    return rendered(
        fallback(f"{head}: {fit.one_line(plan.title, fit.NAME)}"),
        [
            header(head),
            paragraph([bold(fit.one_line(plan.title, fit.NAME))], _origin(message), _step_of(message)),
            *([*_runs(plan), paragraph(*_facts(message))] if not approval.parts else _parts(approval)),
            paragraph(*(request_lines(message) if approval.decided_at is None else end_lines(approval))),
            paragraph(_usable(approval)),
            paragraph(*_held_back(message)) if not approval.state.final else None,
            output_block(approval),
            actions(*_buttons(message)),
            context(_fine_print(approval)),
        ],
    )


def _head(approval: Approval) -> str:
    """What the card is about, in a few words."""
    if approval.broke_glass and approval.state is ApprovalState.APPROVED:
        return "Glass broken: all changes may run" if approval.parts else "Glass broken, about to run"
    return (_WHOLE if approval.parts else _HEADS).get(approval.state, _HEADS[approval.state])


def _parts(approval: Approval) -> list[Block | None]:
    """Every change of a procedure that is approved as a whole, in its order: what runs, where, and the way back."""
    blocks: list[Block | None] = []
    for number, part in enumerate(approval.parts, 1):
        plan, changes = part.plan, part.preview.sentence if part.preview is not None else "being looked at"
        place = course.placed(part.leg)[1] + 1
        blocks.append(
            paragraph(
                [bold(f"{number}. {fit.one_line(plan.title, _PART)}"), text(f" (step {place})")],
                _fact("Where", fit.one_line(f"{plan.target} · {plan.environment}", _PART)),
                _fact("Changes", fit.one_line(changes, _PART)),
                _fact("Runbook warns", fit.one_line(plan.warning, _PART)) if plan.warning else [],
                _fact("Guard", fit.one_line(guard_words(plan.promise), _PART)),
                _fact("Undo", fit.one_line(plan.undo.strip() or "none: there is no way back", _PART)),
            )
        )
        blocks += [preformatted(piece) for piece in fit.split(plan.shown)]
    return blocks


def _origin(message: ApprovalMessage) -> list[Element]:
    words = fit.one_line(message.origin, 2 * fit.NAME) if message.origin else ""
    if not words:
        return []
    return [text("Runbook: "), link(message.runbook_url, words) if message.runbook_url else text(words)]


def _step_of(message: ApprovalMessage) -> list[Element]:
    """Which step of a procedure it is, where one is gone through."""
    walk_id, index = course.placed(message.approval.leg) if message.approval.leg else ("", 0)
    walk = next((each for each in message.incident.walks if each.id == walk_id), None)
    if walk is None:
        return []
    return [text(f"Step {index + 1} of {len(walk.legs)} of “{fit.one_line(walk.title, fit.NAME)}”")]


def _on_card(plan: Plan) -> bool:
    return len(fit.visible(plan.shown)) <= ON_CARD


def _runs(plan: Plan) -> list[Block | None]:
    if not _on_card(plan):
        words = f"The whole command has {len(plan.shown)} characters and is the file in this card's thread. "
        begins = [text(words), bold("Read it there before you answer."), text(" It begins:")]
        return [paragraph([bold("Runs")], begins), preformatted(fit.excerpt(plan.shown, _BEGINNING)[0])]
    pieces = fit.split(plan.shown)
    blocks: list[Block | None] = []
    for number, piece in enumerate(pieces, 1):
        blocks.append(paragraph([bold("Runs" if len(pieces) == 1 else f"Runs, part {number} of {len(pieces)}")]))
        blocks.append(preformatted(piece))
    return blocks


def _facts(message: ApprovalMessage) -> list[list[Element]]:
    approval, plan = message.approval, message.approval.plan
    changes = approval.preview.sentence if approval.preview is not None else "being looked at"
    return [
        _fact("Where", f"{fit.one_line(plan.target, fit.NAME)} · {fit.one_line(plan.environment, fit.NAME)}"),
        _fact("Changes", fit.one_line(changes, fit.SAID)),
        _fact("Runbook warns", fit.one_line(plan.warning, fit.SAID)) if plan.warning else [],
        _fact("Guard", guard_words(plan.promise)),
        _fact("Before", before) if (before := _before(message.before)) else [],
        _fact("Undo", _undo(message)),
        _fact("Beside it", _beside(approval)) if approval.policy.concurrency > 1 else [],
        _fact("Temporary", "a follow-up to take it back is opened when it ran") if plan.temporary else [],
    ]


def _undo(message: ApprovalMessage) -> str:
    """How it is taken back, and with which values: those from before, which nobody has to remember."""
    words = message.approval.plan.undo.strip() or "none: there is no way back"
    values = ", ".join(f"{label} {value}" for label, value in message.undo_with)
    return fit.one_line(words, fit.SAID) + (f" Its values: {fit.one_line(values, fit.NAME)}." if values else "")


def _beside(approval: Approval) -> str:
    others = approval.policy.concurrency - 1
    return f"up to {others} other {'change' if others == 1 else 'changes'} may run on the target at the same time"


def _fact(name: str, words: str) -> list[Element]:
    return [bold(f"{name}: "), text(words)]


def guard_words(promise: Promise) -> str:
    """What must still hold when it runs, for whoever approves it."""
    if promise.kind is GuardKind.NONE:
        if not promise.why:
            return "none: nothing is checked when it runs"
        return f"none. {fit.one_line(promise.why, fit.SAID)}"
    if promise.value is None and promise.most is None:
        return "set once it has been looked at"
    return {
        GuardKind.ROWS: f"at most {promise.most} rows; if it would change more, it is rolled back",
        GuardKind.COUNT: f"counted again just before; above {promise.most} nothing is run",
        GuardKind.FINGERPRINT: f"only while {promise.of} is {fit.one_line(str(promise.value), fit.NAME)}",
    }[promise.kind]


def _before(findings: Sequence[Finding]) -> str:
    """What was seen, first what is not as it should be: that is why somebody asks for a change."""
    seen = sorted((found for found in findings if found.sight.value is not None), key=_weight)
    return "; ".join(
        f"{fit.one_line(found.title, 80)}: {fit.one_line(amount(found.sight), 40)}{_SIGNS[found.healthy]}"
        for found in seen[:_FINDINGS]
    )


def _weight(found: Finding) -> int:
    return 2 if found.healthy is None else int(found.healthy)


def _usable(approval: Approval) -> list[Element]:
    """Until when the last change may begin, once all of them are approved."""
    if not approval.parts or approval.state is not ApprovalState.APPROVED:
        return []
    return [text("The last of them may begin until "), moment(When(approval.expires_at))]


def _held_back(message: ApprovalMessage) -> list[list[Element]]:
    """Why it cannot run just now, although it waits here: the stop, or frozen evidence."""
    frozen = message.incident.evidence
    holds = frozen is not None and any(frozen.holds(plan.step_id) for plan in message.approval.plans)
    return [stop_line(message.stop), evidence_line(frozen) if holds else []]


def _buttons(message: ApprovalMessage) -> list[Element | None]:
    approval = message.approval
    subject = pack(approval.id)
    if approval.state in (ApprovalState.APPROVED, ApprovalState.RUNNING) and approval.cancelled_by is None:
        return [button("Cancel", Action.CANCEL, subject, style="danger")]
    if approval.state is ApprovalState.UNKNOWN and approval.found is None:
        return [button("Say what you found there…", Action.FIND_EFFECT, subject, style="primary")]
    if message.undo:
        wish = "Ask to do it again" if approval.undoes else "Ask for the undo"
        return [button(f"{wish}: {message.undo}", Action.UNDO, subject)]
    if approval.state is not ApprovalState.ASKED:
        return []
    alone = button("Break glass…", Action.BREAK_GLASS, subject, style="danger")
    return [
        button("Approve", Action.APPROVE, subject, style="primary"),
        button("Reject", Action.REJECT, subject),
        alone if approval.policy.break_glass else None,
    ]


def _fine_print(approval: Approval) -> str:
    if not approval.digest:
        return ""
    digest = f"Digest {approval.digest[:12]}"
    if approval.parts and not approval.state.final:
        return (
            f"{digest}: the approval is for exactly these, in this order, each once. Nothing runs by itself: "
            "somebody takes each step, and what is not as it stands here then asks for itself."
        )
    return digest if approval.state.final else f"{digest}: the approval is for exactly this, and for one run."
