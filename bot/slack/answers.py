"""What one person asked for and only they see: what was done, help, lists, the choice of an incident, a refusal."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from bot.slack import fit, signs
from bot.slack.blocks import (
    Block,
    Element,
    Rendered,
    actions,
    bold,
    button,
    channel,
    code,
    context,
    elements,
    fallback,
    joined,
    mrkdwn,
    paragraph,
    rendered,
    section,
    text,
)
from bot.slack.catchup import catchup
from bot.slack.changes import recent_changes
from bot.slack.checkup import checkup
from bot.slack.freezes import stop_line, stopping
from bot.slack.names import Action, pack
from bot.slack.on_call import on_call_lines
from bot.slack.silences import silences
from bot.slack.walk_answers import at_once, procedures, underway
from bot.slack.watches import watches
from bot.slack.why import why
from bot.words.phrase import Phrase
from bot.words.sentences import duration, event_phrase, refusal_phrase
from commands.answers import (
    Answer,
    AtOnce,
    CatchUp,
    Checkup,
    Declared,
    Done,
    Drafting,
    Help,
    Listing,
    Looking,
    Preparing,
    Procedures,
    RecentChanges,
    Silences,
    Stopping,
    Underway,
    Watches,
    Which,
    Why,
)
from commands.menu import MENU
from commands.outage import Outage
from incident.incident import Incident
from incident.refusal import Refused

PICKED: Final = 5
LISTED: Final = 15
_ENDED: Final = 5
_CARRIED: Final = 1_800
"""A longer command does not fit into a button and has to be sent again."""


def answered(answer: Answer) -> Rendered:
    """The answer for its one reader. KeyError for a form that is wanted: that is a window, no message."""
    return ANSWERS[type(answer)](answer)


def said(phrase: Phrase) -> Rendered:
    """One sentence."""
    return rendered(mrkdwn(phrase), [paragraph(elements(phrase, fit.SECTION))])


def not_now(outage: Outage) -> str:
    """What whoever asked is told where somebody else, whom it takes, could not do it."""
    return f"That could not be done now: {outage.sentence.rstrip('.')}. Nothing was changed."


def refused(refusal: Refused) -> Rendered:
    """Why not, and what to do next."""
    return said(("✋ ", *refusal_phrase(refusal)))


def _done(answer: Done) -> Rendered:
    already = () if answer.fresh else (" (that was done already)",)
    return said((f"{answer.incident.key}: ", *event_phrase(answer.event), *already))


def _declared(answer: Declared) -> Rendered:
    incident, home = answer.incident, answer.incident.home.channel
    words = "is declared." if answer.fresh else "was declared already."
    line = [
        bold(incident.key),
        text(f" {words} "),
        *([channel(home)] if home else [text("Its channel opens in a moment.")]),
    ]
    due = f"{incident.severity.value} · {fit.one_line(incident.title, fit.NAME)}" if not home else ""
    change = f"Nobody said how bad it is, so it is {incident.severity.value}: /incident severity changes that."
    return rendered(
        f"{incident.key} {words}", [paragraph(line, *([text(each)] for each in (due, change * answer.assumed) if each))]
    )


def _looking(answer: Looking) -> Rendered:
    titles = [[text(f"• {fit.one_line(title, fit.NAME)}")] for title in answer.titles[:20]]
    head = f"{answer.incident.key}: looking. What is seen comes into the thread under the card."
    return rendered(head, [paragraph([text(head)], *titles)])


def _preparing(answer: Preparing) -> Rendered:
    return said((
        f"{answer.incident.key}: looking at what “{fit.one_line(answer.title, fit.NAME)}” would touch. "
        "Its approval card comes in a moment; nothing runs before somebody else approves it.",
    ))  # fmt: skip


def _drafting(answer: Drafting) -> Rendered:
    return said((f"{answer.incident.key}: the post-mortem is being drafted. It comes into the channel as a file.",))


def _help(answer: Help) -> Rendered:
    nearest = f" Did you mean /incident {answer.nearest}?" if answer.nearest else ""
    unknown = f"There is no “{fit.one_line(answer.unknown, 40)}”.{nearest}" if answer.unknown else ""
    lines = [[code(f"/incident {verb.word} {verb.usage}".strip()), text(f"  {verb.line}")] for verb in MENU]
    return rendered(
        fallback(unknown or "What /incident can do"),
        [paragraph([text(unknown)] if unknown else [], [bold("What you can type")], *lines)],
    )


def incident_line(incident: Incident, now: datetime) -> str:
    """``🔴 P1 · INC-142 · Checkout errors · 7 min``."""
    age = duration((incident.resolved_at or now) - incident.declared_at)
    sign = signs.SEVERITY[incident.severity] if incident.open else "✅"
    return f"{sign} {incident.severity.value} · {incident.key} · {fit.one_line(incident.title, 80)} · {age}"


def _listing(answer: Listing) -> Rendered:
    shown, more = answer.incidents[:LISTED], len(answer.incidents) - LISTED
    head = f"{len(answer.incidents)} open" if answer.incidents else "No incident is open."
    ended = [_listed(incident, answer.now) for incident in answer.ended[:_ENDED]]
    return rendered(
        head,
        [
            paragraph(stop_line(answer.stop), [bold(head)], *(_listed(incident, answer.now) for incident in shown)),
            context(f"{more} more are not shown.") if more > 0 else None,
            paragraph([bold("Ended last")], *ended) if ended else None,
            paragraph([bold("On call")], *on_call_lines(answer.on_call)) if answer.on_call else None,
        ],
    )


def _listed(incident: Incident, now: datetime) -> list[Element]:
    home = incident.home.channel
    return joined(
        [text(incident_line(incident, now))],
        [text(incident.status.value)] if incident.open else [],
        [channel(home)] if home is not None else [],
    )


def _which(answer: Which) -> Rendered:
    command = f"{answer.verb} {answer.words}".strip()
    fits = len(command) <= _CARRIED
    newest = sorted(answer.incidents, key=lambda incident: incident.declared_at, reverse=True)[:PICKED]
    return rendered(
        "Which incident?",
        [
            paragraph([bold("Which incident?")], [text(_why(newest, fits))]),
            *(_choice(incident, command if fits else None, answer.now) for incident in newest),
            actions(button("Declare new", Action.DECLARE, Action.DECLARE.value)),
        ],
    )


def _why(incidents: Sequence[Incident], fits: bool) -> str:
    if not incidents:
        return "No incident is open. Declare one, or ask again in an incident's channel."
    if not fits:
        return "Your text is too long to be carried along: send it again in the incident's channel."
    return "This is not an incident's channel, so choose the one you mean."


def _choice(incident: Incident, command: str | None, now: datetime) -> Block | None:
    words = incident_line(incident, now)
    if command is not None:
        return section(words, button("This one", Action.PICK, pack(incident.id, command)))
    home = incident.home.channel
    return paragraph(joined([text(words)], [channel(home)] if home is not None else []))


def _catchup(answer: CatchUp) -> Rendered:
    record = answer.record
    return catchup(
        record.incident,
        alerts=record.alerts,
        approvals=record.approvals,
        timeline=record.timeline,
        changes=record.changes,
        stop=answer.stop,
    )


# Any: each function takes exactly the type that it stands beside, which a mapping's type cannot say.
ANSWERS: Final[Mapping[type[Answer], Callable[[Any], Rendered]]] = {
    Done: _done,
    Declared: _declared,
    Looking: _looking,
    Preparing: _preparing,
    Stopping: stopping,
    Drafting: _drafting,
    Which: _which,
    Listing: _listing,
    CatchUp: _catchup,
    Why: why,
    Silences: silences,
    AtOnce: at_once,
    Procedures: procedures,
    Underway: underway,
    Checkup: checkup,
    Watches: watches,
    RecentChanges: recent_changes,
    Help: _help,
}
