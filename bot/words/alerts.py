"""What alerts did, each in one plain sentence with its reason."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from bot.words.phrase import Template, duration
from incident import refusal as refusals
from incident.refusal import Refused
from incident.timeline import Event, Kind, fact


def because(event: Event) -> Iterator[str]:
    """What else is known of why it happened: the alert, the rule by name, the group, the reason of the severity."""
    facts = event.facts
    if event.kind is Kind.DECLARED and facts.get("alert"):
        yield f"Alert {facts['alert']}"
    if facts.get("rule") and event.kind is not Kind.RESOLVED:
        said = fact(event, "rule_reason")
        yield f"Rule {facts['rule']}" + (f": {said}" if said and said not in fact(event, "reason") else "")
    if facts.get("group") and event.kind is Kind.DECLARED:
        window = facts.get("group_window_seconds")
        until = f"until none came for {duration(timedelta(seconds=window))}" if isinstance(window, int | float) else ""
        yield f"Other alerts of the group {facts['group']} join it while it is open{', ' if until else ''}{until}"
    if facts.get("severity_reason"):
        yield f"{facts.get('severity')} because {facts['severity_reason']}"


def _notified(facts: Mapping[str, object]) -> str:
    return "{title}" + ("" if facts.get("count") == 1 else "[ (came {count} times)]") + ". No incident: {rule_reason}"


def _over(facts: Mapping[str, object]) -> str:
    if facts.get("goes_on"):
        return "{title} was {reason}; {still_firing} still firing"
    said = "Over, though its end never came" if facts.get("end_lost") else "The monitor says it is over"
    return said + (
        ": {title}; {still_firing} still firing[. If it stays so, the incident is resolved at {resolves_at:when}]"
    )


def _repeated(facts: Mapping[str, object]) -> str:
    messages, alerts = ("" if facts.get(each) == 1 else "s" for each in ("count", "alerts"))
    return (
        f"The monitors sent {{count}} more message{messages}, of {{alerts}} alert{alerts} in all[ since {{since:when}}]"
    )


def _steady(facts: Mapping[str, object]) -> str:
    return "Steady again: {title}, which " + ("fires" if facts.get("firing") else "is over")


REFUSALS: Final[Mapping[type[Refused], Template]] = {
    refusals.BadSilence: "Nothing is silenced: {problem}. Write it as in /incident silence team=data for 2h because we "
    "move it.",
    refusals.NoSuchSilence: "There is no silence of “{asked}”.[ There is: {standing}.] /incident silence lists them.",
    refusals.MayNotSilence: "Only people on call for a system, or approvers, may silence alerts. Ask one of them.",
}

EVENTS: Final[Mapping[Kind, Template]] = {
    Kind.ALERT_JOINED: "Another alert joined: {title}[ ({reason})]",
    Kind.ALERTS_REPEATED: _repeated,
    Kind.ALERT_RESOLVED: _over,
    Kind.ALERT_IGNORED: "An alert was ignored: {title}[ ({reason})]",
    Kind.ALERT_MUTED: "Kept quiet[ until {until:day}]: {title}[ ({rule}: {reason})][, for {by:who}]",
    Kind.ALERT_NOTIFIED: _notified,
    Kind.ALERT_FLAPPING: "{title} flaps: {changes} changes, too many for {within_seconds:span}. It is only counted "
    "until it is steady, or fires after the incident was resolved",
    Kind.ALERT_STEADY: _steady,
    Kind.SILENCED: "{actor} silenced {name} until {until:day}, because {reason}",
    Kind.SILENCE_LIFTED: "{actor} lifted the silence of {name}[ ({reason})]",
    Kind.GROUP_CLOSED: "No new alert joined for {window_seconds:span}: alerts that come now declare an incident of "
    "their own",
}
