"""Muster's voice: every refusal, every timeline event, every clock and verdict in one plain sentence.

Written for somebody at three in the morning: what is so, and what to do next. The tables are the whole of it; a test
proves that no refusal and no kind of event is missing.
"""

from collections.abc import Callable, Mapping
from typing import Final

from bot.words import alerts, walks
from bot.words import pager as pager_words
from bot.words.clocks import clock_words
from bot.words.gates import GATE_EVENTS, GATE_REFUSALS
from bot.words.phrase import Phrase, Template, When, clock_time, duration, fill, plain
from bot.words.systems import SYSTEM_EVENTS
from bot.words.work import WORK
from incident import refusal as refusals
from incident.finding import Comparison
from incident.refusal import Refused
from incident.responder import MUSTER, Actor, Role, pager_name, terminal_name, user_of
from incident.timeline import Event, Kind
from incident.verdict import Verdict

__all__ = [
    "actor_words",
    "clock_time",
    "clock_words",
    "comparison_words",
    "duration",
    "event_phrase",
    "event_sentence",
    "plain",
    "refusal",
    "refusal_phrase",
    "verdict_words",
]  # fmt: skip


THERE: Final = " at Muster's terminal"
"""What follows the name of whoever gave a command there: nobody has proven who that was."""
_MIXED: Final = ("CloudWatch", "ECS", "GitHub", "PagerDuty", "UptimeRobot")
_SPELT: Final = {name.lower(): name for name in _MIXED}


def actor_words(actor: Actor) -> str:
    """Whoever acted, without any chat's markup: a person's id, a monitor's name, or Muster."""
    if actor == MUSTER:
        return "Muster"
    terminal = terminal_name(actor)
    if terminal is not None:
        return f"{user_of(actor) or terminal or 'Somebody'}{THERE}"
    pager = pager_name(actor)
    if pager is not None:
        return f"{pager} (PagerDuty)"
    name = actor.removeprefix("monitor:")
    return user_of(actor) or _SPELT.get(name) or name.capitalize()


def refusal(refused: Refused, who: Callable[[Actor], str] = actor_words) -> str:
    """Why Muster said no, and what to do next."""
    return plain(refusal_phrase(refused), who)


def refusal_phrase(refused: Refused) -> Phrase:
    """The same with its people and times still apart. KeyError for a refusal nobody gave words."""
    return _phrase(REFUSALS[type(refused)], refused.facts, MUSTER)


def event_sentence(
    event: Event, who: Callable[[Actor], str] = actor_words, when: Callable[[When], str] | None = None
) -> str:
    """What happened, as one line of a timeline; it names whoever acted, and not the time it stands at."""
    return plain(event_phrase(event), who, when)


def event_phrase(event: Event) -> Phrase:
    """The same with its people and times still apart."""
    return _phrase(EVENTS[event.kind], event.facts, event.actor)


def _phrase(template: Template, facts: Mapping[str, object], actor: Actor) -> Phrase:
    return fill(template if isinstance(template, str) else template(facts), facts, actor)


def verdict_words(verdict: Verdict) -> str:
    """What a verdict means for whoever reads it."""
    return {
        Verdict.READ_ONLY: "read-only: it only looks",
        Verdict.MUTATING: "mutating: a second person must approve it",
        Verdict.REFUSED: "refused: Muster does not run it",
    }[verdict]


def comparison_words(comparison: Comparison) -> str:
    """Whether a remediation helped, from the diagnostics before and after."""
    return {
        Comparison.HEALED: "Healed: every diagnostic that was bad before is healthy now.",
        Comparison.BETTER: "Better, but not healthy yet: some diagnostics are still bad.",
        Comparison.UNCHANGED: "Unchanged: as many diagnostics are healthy now as before.",
        Comparison.WORSE: "Worse: more diagnostics are bad now than before.",
        Comparison.UNTOLD: "Not told: the diagnostics could not say. Look for yourself before you call it fixed.",
    }[comparison]


def _already_so(facts: Mapping[str, object]) -> str:
    return {
        "acknowledged": "It is acknowledged already[, by {by:who}][ at {at:when}]. Nothing more to do.",
        **dict.fromkeys((role.value for role in Role), "{by:who} is {what} already. Nothing was changed."),
        "post-mortem done": "The post-mortem was marked as done already[, at {at:when}]. Nothing more to do.",
        "going on": "It is open already, so there is nothing to reopen.",
        "ticked": "That item is ticked already[, by {by:who}][ at {at:when}].",
        "open": "That item is open already.",
        "being cancelled": "It is being stopped already[, since {by:who} cancelled it][ at {at:when}].",
        "stopped": "Remediations are stopped already[, by {by:who}][ at {at:when}]. Lift it with /incident unfreeze.",
        "asked at once": "All of its changes are asked for already[, by {by:who}][ at {at:when}]: see the card.",
        "looked at": "That was said already[, by {by:who}][ at {at:when}]: see the card.",
        "frozen": "Evidence is frozen already[, by {by:who}][ at {at:when}].",
        "lifted": "That step may run already, although evidence is frozen.",
    }.get(str(facts.get("what")), "It is {what} already[, by {by:who}][ at {at:when}]. Nothing was changed.")


def _spent(facts: Mapping[str, object]) -> str:
    return {
        "preparing": "This request is still being prepared. Its card gets its buttons in a moment.",
        "rejected": "This request was rejected[ by {by:who}]. Ask again with /incident fix if it is still needed.",
        "void": "This request is void and cannot run. Ask again with /incident fix if it is still needed.",
        "cancelled": "This request was cancelled. Ask again with /incident fix if it is still needed.",
        "running": "This request was approved[ by {by:who}] and is running now. Its outcome comes into the channel.",
        "unknown": "Its run was cut short and nobody knows how it ended. Look at the target before anything else.",
    }.get(str(facts.get("state")), "This request has been answered already[ by {by:who}]: {state}. It runs only once.")


REFUSALS: Final[Mapping[type[Refused], Template]] = {
    refusals.NoSuchIncident: "There is no incident[ “{asked}”] here. See the open ones with /incident list.",
    refusals.NamesAnother: "Here is another incident's channel[: INC-{number}]. Ask[ for {asked}] in its own.",
    refusals.NoSuchStep: "The runbook has no step “{asked}” for this incident.[ Choose one of: {offered}.]",
    refusals.NoSuchApproval: "There is no such request any longer. See what is open with /incident show.",
    refusals.NoSuchItem: "The checklist has no item “{asked}”. Give a number from 1 to {count}.",
    refusals.NoSuchRole: "There is no role “{asked}”. The roles are commander, scribe and comms.",
    refusals.NoProcedure: "The runbook gives this incident nothing to run. See its procedures with "
    "/incident procedure, or work by the checklist.",
    refusals.AlreadySo: _already_so,
    refusals.Ended: "That is for open incidents[, and INC-{number} is resolved]. If it is back: /incident reopen.",
    refusals.StillOpen: "[INC-{number} is not resolved yet. ]Resolve it first with /incident resolve.",
    refusals.GoesOnElsewhere: "The same trouble goes on in INC-{number}, which is open. Work there.",
    refusals.BadTitle: "Say what is broken, as in “Checkout errors”, in at most 200 characters[; this has {length}].",
    refusals.NoSuchSeverity: "There is no severity “{asked}”. Write P0 (all is down), P1, P2 or P3 (it may wait).",
    refusals.NothingSaid: "The {what} is empty. Say it in a few words and send it again.",
    refusals.BadParameter: "“{value}” does not fit {name}. It must be {rule}.",
    refusals.NotRunnable: "Muster cannot run “{step}” ({reason}). Do it by hand and tick it on the checklist.",
    refusals.NotReadOnly: "“{step}” is not proven read-only ({reason}), so it cannot run as a diagnostic.",
    refusals.NothingToChange: "“{step}” would change nothing now, so nothing needs approval. Diagnose again first.",
    refusals.NotAnApprover: "Only the people named on the card may answer this request. Ask one of them.",
    refusals.NotTheRequester: "Only whoever asked for it may break the glass. If the card names you, press Approve.",
    refusals.NotOnCall: "Only people on call for the system, or its approvers, may break the glass. Ask one of them.",
    refusals.MayNotCancel: "Only whoever asked, the approvers and the commander may stop it. Ask one of them, now.",
    refusals.NoWayBack: "No step of the runbook takes back “{step}” now.[ By hand: {undo}]",
    refusals.NoSuchPerson: "Slack knows nobody by “{asked}”. Type @ and choose the name from Slack's list.",
    refusals.UnknownApprovers: "Who may do this could not be checked just now[: {reason}], so nobody may. "
    "Try again in a minute.",
    refusals.Expired: "This request ran out[ at {at:when}] and nothing was run. Ask again with /incident fix.",
    refusals.Spent: _spent,
    refusals.GuardBroken: "Nothing was run: {reason}. Diagnose again, then ask anew for what holds now.",
    refusals.TargetBusy: "Another remediation is running on {target}. Wait for its outcome, then ask again.",
    **GATE_REFUSALS,
    refusals.CoolingDown: "This step ran on the same target a moment ago. It can run again[ from {until:when}].",
    **walks.REFUSALS,
    **alerts.REFUSALS,
    **pager_words.REFUSALS,
}


def _found(facts: Mapping[str, object]) -> str:
    if facts.get("error"):
        return "Could not look at “{title}”: {error}"
    healthy = facts.get("healthy")
    said = "" if healthy is None else ", healthy" if healthy else ", not healthy"
    return "Looked at “{title}”[: {value}]" + said


def _remediated(facts: Mapping[str, object]) -> str:
    return {
        "ran": "“{title}”[: {sentence}]",
        "failed": "“{title}” failed[: {sentence}]",
        "cancelled": "“{title}” was cancelled[ by {cancelled_by:who}][: {sentence}]",
        "void": "“{title}” was not run[: {sentence}]",
    }.get(
        str(facts.get("state")),
        "“{title}” was cut short and may or may not have happened: a person must look[. {sentence}]",
    )


def _verified(facts: Mapping[str, object]) -> str:
    seen = str(facts.get("comparison"))
    words = comparison_words(Comparison(seen) if seen in set(Comparison) else Comparison.UNTOLD)
    return "After “{title}”: " + words[0].lower() + words[1:]


def _clock_met(facts: Mapping[str, object]) -> str:
    done = {
        "acknowledge": "Acknowledged",
        "assess": "Severity confirmed",
        "update": "Update given",
        "escalate": "Under control before the escalation",
        "watch": "Watched after the fix",
        "postmortem": "Post-mortem done",
    }.get(str(facts.get("clock")), "Clock met")
    return done + (", late," if facts.get("late") else "") + " after {after_seconds:span} of {allowed_seconds:span}"


def _clock_breached(facts: Mapping[str, object]) -> str:
    return {
        "acknowledge": "Nobody acknowledged within {allowed_seconds:span}",
        "assess": "The severity was not confirmed within {allowed_seconds:span}",
        "update": "No update for {allowed_seconds:span}",
        "escalate": "Not under control after {allowed_seconds:span}",
        "watch": "The watch of {allowed_seconds:span} after the fix is over",
        "postmortem": "The post-mortem was not done within {allowed_seconds:span}",
    }.get(str(facts.get("clock")), "A deadline of {allowed_seconds:span} was missed")


def _clock_reminded(facts: Mapping[str, object]) -> str:
    return {
        "acknowledge": "Reminder: nobody has acknowledged yet; due {due_at:when}",
        "assess": "Reminder: confirm the severity or give a first update by {due_at:when}",
        "postmortem": "Reminder: the post-mortem is due {due_at:day}",
    }.get(str(facts.get("clock")), "Reminder: the {clock} clock is due {due_at:when}")


def _resolved(facts: Mapping[str, object]) -> str:
    effects = {"yes": " · effects linger", "no": " · no lingering effects"}.get(str(facts.get("lingering")), "")
    if facts.get("rule"):
        return "{actor} resolved it: {fix}[ for {quiet_seconds:span}] (rule {rule})"
    return "{actor:who} resolved it[: {fix}]" + effects + "[ · {impact_note}]"


def _severity(facts: Mapping[str, object]) -> str:
    if facts.get("from") == facts.get("to"):
        return "{actor} confirmed the severity, {to}[: {reason}]"
    return "{actor} changed the severity from {from} to {to}[: {reason}]"


def _page(facts: Mapping[str, object]) -> str:
    return "{user:who} was called" + (" as escalation" if facts.get("escalated") else "") + "[: {reason}]"


def _trouble(facts: Mapping[str, object]) -> str:
    work = WORK.get(str(facts.get("what")).replace(" ", "_"), "{what}")
    if facts.get("given_up"):
        return f"Muster could not {work} and gave up[: {{error}}][ ({{users:who}})]"
    return f"Muster could not {work} yet and keeps trying[: {{error}}]"


EVENTS: Final[Mapping[Kind, Template]] = {
    Kind.DECLARED: "{actor} declared {severity}: {title}[ ({reason})][, after {after}]",
    **alerts.EVENTS,
    Kind.REOPENED: "{actor} reopened it[ in {via}][: {reason}]",
    Kind.CHANNEL_AWAITED: "No new channel is allowed just now[ ({reason})]; it comes[ at {until:when}]. "
    "Until then this thread is the place",
    Kind.CHANNEL_OPENED: "The channel #{name} is open",
    Kind.PAGED: _page,
    Kind.RESPONDER_JOINED: "{user:who} joined",
    Kind.ACKNOWLEDGED: "{actor} acknowledged[ in {via}] after {after_seconds:span}",
    Kind.SEVERITY_CHANGED: _severity,
    Kind.ROLE_TAKEN: "{user:who} is now {role}[, in place of {from:who}]",
    Kind.NOTED: "{actor} noted[ in {via}]: {text}",
    Kind.TICKED: "{actor} ticked {number}. {item}[, {how}]",
    Kind.UNTICKED: "{actor} took the tick off {number}. {item}",
    Kind.UPDATED: "{actor} gave an update: {text}[ · Status: {status_to}][ · Impact: {impact}][ · Next: {next}]",
    Kind.FOUND: _found,
    Kind.APPROVAL_ASKED: "{actor} asked to run “{title}”[, which would touch {count}]; expires {expires_at:when}",
    Kind.APPROVED: "{actor} approved “{title}” after {latency_seconds:span}",
    Kind.REJECTED: "{actor} rejected “{title}”[: {reason}]",
    Kind.EXPIRED: "The request to run “{title}” expired; nothing was run",
    Kind.VOIDED: "The request to run “{title}” is void[: {reason}]",
    Kind.BROKE_GLASS: "{actor} broke the glass: “{title}” runs without a second person[: {reason}]",
    Kind.CANCELLED: "{actor} cancelled “{title}”",
    Kind.REMEDIATION_STARTED: "“{title}” started on {target}: {shown}",
    Kind.REMEDIATED: _remediated,
    Kind.COOLED_DOWN: "“{title}” has cooled down on {target}: it may be asked for again",
    Kind.VERIFIED: _verified,
    Kind.CLOCK_REMINDED: _clock_reminded,
    Kind.CLOCK_MET: _clock_met,
    Kind.CLOCK_BREACHED: _clock_breached,
    Kind.ESCALATED: "Escalated to {users:who}[: {reason}]",
    Kind.MITIGATED: "Mitigated[: {how}]",
    Kind.RESOLVED: _resolved,
    Kind.END_DOUBTED: "It was resolved, and is not healthy: {seen}. If it goes on: /incident reopen",
    Kind.POSTMORTEM_WRITTEN: "The post-mortem draft is written",
    Kind.POSTMORTEM_EXPORTED: "The post-mortem draft is kept at {address}",
    Kind.POSTMORTEM_DONE: "{actor} marked the post-mortem as done",
    **GATE_EVENTS,
    **SYSTEM_EVENTS,
    Kind.TROUBLE: _trouble,
    Kind.ATTESTED: "{target}: {proof}",
    **walks.EVENTS,
    **pager_words.EVENTS,
    Kind.DEAD_LETTER: "A message from {source} could not be understood and is kept for replay[: {reason}]",
}
