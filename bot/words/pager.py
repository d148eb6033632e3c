"""What is said of the pager: that it rings, what it was told, and what it tells."""

from collections.abc import Mapping
from typing import Final

from bot.words.phrase import Template
from incident import refusal as refusals
from incident.paging import Word
from incident.refusal import Refused
from incident.timeline import Kind

_SAID: Final[Mapping[str, str]] = {
    Word.ACKNOWLEDGED: "{actor} acknowledged the call for help in PagerDuty",
    Word.UNACKNOWLEDGED: "PagerDuty calls people again: it is no longer acknowledged there",
    Word.RESOLVED: "{actor} resolved it in PagerDuty, which rings no more. If it is over here, too: /incident resolve",
    Word.MERGED: "{actor} merged it in PagerDuty[ into {text}], where it goes on",
    Word.REOPENED: "{actor} reopened it in PagerDuty, which is told that it is acknowledged here",
    Word.PRIORITY: "{actor} changed the priority in PagerDuty to {text}; the severity here stays",
    Word.ESCALATED: "PagerDuty escalated it[ to {text}]",
    Word.DELEGATED: "{actor} gave it in PagerDuty[ to {text}]",
    Word.REASSIGNED: "{actor} assigned it in PagerDuty[ to {text}]",
    Word.RESPONDER_ADDED: "{actor} asked for help through PagerDuty[: {text}]",
    Word.RESPONDER_REPLIED: "Asked for help through PagerDuty, {text}",
    "stranger": "PagerDuty does not know {user:who}, who is called in Slack only",
}
_SAID_WITHOUT: Final[Mapping[str, str]] = {
    Word.PRIORITY: "{actor} took the priority in PagerDuty away; the severity here stays",
    Word.DELEGATED: "{actor} gave it to another escalation policy in PagerDuty",
}
"""The same where PagerDuty does not say to what."""


def _said(facts: Mapping[str, object]) -> str:
    word = str(facts.get("word"))
    bare = None if facts.get("text") else _SAID_WITHOUT.get(word)
    return bare or _SAID.get(word, "PagerDuty says: {word}[: {text}]")


def _summoned(facts: Mapping[str, object]) -> str:
    whom = "{user:who}" if facts.get("user") else "whoever is on call by “{policy}”"
    return f"{{actor}} called {whom} to help[: {{reason}}]"


EVENTS: Final[Mapping[Kind, Template]] = {
    Kind.PAGER_CALLED: "PagerDuty is calling whoever is on call there[ (incident {ref})]",
    Kind.PAGER_TOLD: "PagerDuty was told: {changed}",
    Kind.PAGER_SAID: _said,
    Kind.SUMMONED: _summoned,
    Kind.ON_CALL_DOUBTED: "Whoever is called may not be on call now[: {doubt}]",
}


def _nobody(facts: Mapping[str, object]) -> str:
    policies = " or an escalation policy ({policies})" if facts.get("policies") else ""
    who = f"type @ and choose a person from Slack's list{policies}"
    return f"[“{{asked}}” names nobody. ]Say whom to call: {who}. /incident list says who is on call."


REFUSALS: Final[Mapping[type[Refused], Template]] = {refusals.NobodyToPage: _nobody}
