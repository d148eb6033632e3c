"""The words of the gate: why a remediation may not be asked for, approved or begun now, and what changed that."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.words.phrase import Template, When, clock_time
from incident import refusal as refusals
from incident.effect import Effect
from incident.refusal import Refused
from incident.stop import Stop
from incident.timeline import Kind

PARTS: Final[Mapping[str, str]] = {
    "commander": "the commander",
    "scribe": "the scribe",
    "comms": "whoever does comms",
    "on-call": "whoever is on call",
    "escalation": "whoever is called when it lasts",
}
"""The parts that a rule can name, as people say them."""


EFFECTS: Final[Mapping[Effect, str]] = {
    Effect.WHOLE: "it took effect",
    Effect.PARTLY: "a part of it took effect",
    Effect.NONE: "nothing was changed",
}
"""What somebody found after a run whose end nobody knew."""


def _effect_found(facts: Mapping[str, object]) -> str:
    effects = {effect.value: words for effect, words in EFFECTS.items()}
    found = effects.get(str(facts.get("effect")), "see the note")
    return f"{{actor}} looked after “{{title}}”, which was cut short: {found}[. {{note}}]"


def _follow_up_done(facts: Mapping[str, object]) -> str:
    """By the run of its undo, or by a person."""
    return "Follow-up done by “{title}”: {text}" if facts.get("title") else "{actor} did a follow-up: {text}[ ({note})]"


def _no_such_follow_up(facts: Mapping[str, object]) -> str:
    if not facts.get("left"):
        return "No follow-up of this incident is left to do."
    which = "[There is no follow-up {asked} to do. ]" if facts.get("asked") else ""
    return which + "Left to do are: {left}. Once one is done: /incident followup number note."


def _may_not_ask(facts: Mapping[str, object]) -> str:
    """Without mentions, because a form shows none."""
    names = facts.get("askers")
    listed = [str(name) for name in names] if isinstance(names, Sequence) and not isinstance(names, str) else []
    who = [PARTS[name] for name in listed if name in PARTS]
    if len(who) < len(listed) or not who:
        who.append("the people whom the rules in muster.yaml name")
    return "Only " + " or ".join(who) + " may ask[ for “{step}”]. Ask one of them to do it."


def _said_yes(facts: Mapping[str, object]) -> str:
    missing = facts.get("missing")
    more = "one more person" if missing == 1 else "{missing} more people" if missing else "more people"
    return f"You have said yes to this already, and {more} must. Ask somebody else whom the card names."


def _asked_already(facts: Mapping[str, object]) -> str:
    """Where the open request stands, and so what to do with it."""
    who = "[, by {by:who}][ at {at:when}]"
    return {
        "preparing": f"“{{step}}” is asked for already{who}: its card comes in a moment.",
        "approved": f"“{{step}}” is asked for already{who}, and approved: it runs in a moment. Follow it on its card.",
        "running": "“{step}” runs just now; it was asked for[ by {by:who}][ at {at:when}]. "
        "Wait for its outcome before you ask again.",
    }.get(
        str(facts.get("state")),
        f"“{{step}}” is asked for already{who}: answer its card in the incident's channel. To ask for it anew, "
        "reject that one first.",
    )


def _asked_elsewhere(facts: Mapping[str, object]) -> str:
    """In which incident the open request stands, and so where to go."""
    where = "in INC-{number}[, by {by:who}][ at {at:when}]"
    return {
        "preparing": f"“{{step}}” is asked for already {where}: its card comes there in a moment.",
        "approved": f"“{{step}}” is asked for already {where}, and approved: it runs in a moment.",
        "running": f"“{{step}}” runs just now; it was asked for {where}. Wait for its outcome before you ask here.",
    }.get(
        str(facts.get("state")),
        f"“{{step}}” is asked for already {where}: answer its card there. To ask for it here, reject that one first.",
    )


def _own_request(facts: Mapping[str, object]) -> str:
    """What whoever is alone can do, where the rules let them do anything."""
    alone = "Alone on call? Press Break glass and say why."
    if facts.get("break_glass") is False:
        alone = "It cannot run alone either, by a rule of your team: ask somebody whom the card names."
    return f"You asked for this, so somebody else must approve it. {alone}"


GATE_REFUSALS: Final[Mapping[type[Refused], Template]] = {
    refusals.NoSuchFollowUp: _no_such_follow_up,
    refusals.OwnRequest: _own_request,
    refusals.MayNotAsk: _may_not_ask,
    refusals.AskedAlready: _asked_already,
    refusals.AskedElsewhere: _asked_elsewhere,
    refusals.SaidYes: _said_yes,
    refusals.NoBreakGlass: "A rule of your team keeps this step from running without a second person. "
    "Ask somebody whom the card names.",
    refusals.NobodyToTell: "It cannot run alone, because nobody else is named who could be told. "
    "Name an escalation or another approver for the system in muster.yaml.",
    refusals.WrongEnvironment: "This step may not run[ in {environment}]. The rules keep it[ to {allowed}].",
    refusals.WindowClosed: "This step may run in its maintenance windows only."
    "[ The next one opens {until:day}: ask again then.]",
    refusals.QuietHours: "This step may not run in quiet hours.[ They are over {until:day}: ask again then.]",
    refusals.EvidenceFrozen: "Evidence is frozen here[ ({reason})], and this step would change something. "
    "The commander may let it run[: /incident evidence lift {step} and the reason].",
    refusals.EvidenceKeptElsewhere: "INC-{number} keeps the evidence of this step's target[ ({reason})]. "
    "Its commander may let the step run, there[: /incident evidence lift {step} and the reason].",
    refusals.EvidenceNotFrozen: "Evidence is not frozen in this incident, so there is nothing to lift.",
    refusals.NotTheCommander: "Only the commander may decide that[; ask {commander:who}]. "
    "To lead the incident yourself: /incident role commander.",
    refusals.RunbookChanged: "The runbook was changed since this was asked for, so it cannot run as it stands here. "
    "Ask again with /incident fix.",
    refusals.Stopped: "All remediations are stopped everywhere[ since {at:day}][, by {by:who}][: {reason}]. "
    "Whoever is on call can let them run again with /incident unfreeze.",
    refusals.NotStopped: "Remediations are not stopped, so there is nothing to lift.",
    refusals.MayNotStop: "Only people on call for a system, or approvers, may stop or release all remediations. "
    "Ask one of them.",
    refusals.UnknownWord: "That is not complete.[ “{asked}” is no word that goes here.][ Write {usage}.]",
}


def stop_sentence(stop: Stop) -> str:
    """That a stop stands, for whoever asks how Muster is: ``stopped since 22 Nov 12:33 UTC: a wrong deploy``."""
    return f"stopped since {clock_time(When(stop.at, day=True))}" + (f": {stop.reason}" if stop.reason else "")


GATE_EVENTS: Final[Mapping[Kind, Template]] = {
    Kind.SAID_YES: "{actor} said yes to “{title}”[ ({given} of {wanted})]",
    Kind.EFFECT_FOUND: _effect_found,
    Kind.FOLLOW_UP_OPENED: "Follow-up: {text}[ ({why})][, due {due_at:day}]"
    "[. Done by hand? /incident followup {number}]",
    Kind.FOLLOW_UP_DONE: _follow_up_done,
    Kind.EVIDENCE_FROZEN: "{actor} froze the evidence[: {reason}]; what would change something is refused",
    Kind.EVIDENCE_LIFTED: "{actor} lets “{title}” run although evidence is frozen[: {reason}]",
    Kind.EVIDENCE_RELEASED: "{actor} released the evidence[: {reason}]",
    Kind.STOPPED: "{actor} stopped all remediations everywhere[: {reason}]",
    Kind.STOP_LIFTED: "{actor} let remediations run again[ after {seconds:span}][: {reason}]",
}
