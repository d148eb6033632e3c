"""The visible table of what people may ask: word → function, help line, and whether it is about one incident."""

import difflib
from collections.abc import Awaitable
from typing import Final, Protocol

from msgspec import Struct

from commands.acknowledge import acknowledge
from commands.answers import Answer, Help, Which
from commands.asked import KEY, Asked, first_word, incident_named
from commands.change_severity import change_severity
from commands.changes import changes
from commands.check import check
from commands.declare import declare
from commands.diagnose import diagnose
from commands.doctor import doctor
from commands.evidence import USAGE as EVIDENCE
from commands.evidence import evidence
from commands.fix import fix
from commands.follow_up import follow_up
from commands.freeze import freeze, unfreeze
from commands.note import note
from commands.page import page
from commands.ports import Ports
from commands.postmortem import postmortem
from commands.procedure import procedure
from commands.reopen import reopen
from commands.resolve import resolve
from commands.show import list_incidents, show
from commands.silence import silence
from commands.take_role import take_role
from commands.update import update
from commands.watches import watches
from commands.why import why
from incident.responder import ROLE_WORDS
from incident.severity import of_code
from incident.silencing import USAGE as SILENCE


class Function(Protocol):
    """What a word of the menu does. Raises a refusal, and then nothing was changed."""

    def __call__(self, asked: Asked, *, ports: Ports) -> Awaitable[Answer]: ...


class Verb(Struct, frozen=True, kw_only=True):
    """One line of the menu. ``also`` are the words that people try first."""

    word: str
    usage: str
    line: str
    does: Function
    also: tuple[str, ...] = ()
    of_an_incident: bool = True
    takes_text: bool = False
    """What follows is a text for the timeline, which may begin with the name of another incident."""


async def _help(asked: Asked, *, ports: Ports) -> Answer:
    return Help()


MENU: Final = (
    Verb(
        word="declare",
        usage="[P0–P3] [title]",
        line="open an incident with its channel; without a title a form asks",
        does=declare,
        also=("new", "open", "create", "start", "trigger"),
        of_an_incident=False,
    ),
    Verb(
        word="show",
        usage="",
        line="what is known, what was tried, who does what",
        does=show,
        also=("status", "catchup", "summary", "info"),
    ),
    Verb(
        word="why",
        usage="",
        line="how it came to be: which alert, which rule, why this severity, who was called and why",
        does=why,
        also=("explain", "reason", "origin"),
    ),
    Verb(
        word="list",
        usage="",
        line="the open incidents, worst first, and who is on call now",
        does=list_incidents,
        also=("ls", "all", "oncall", "on-call", "who"),
        of_an_incident=False,
    ),
    Verb(
        word="ack",
        usage="",
        line="say that you are on it",
        does=acknowledge,
        also=("acknowledge", "own", "mine"),
    ),
    Verb(
        word="severity",
        usage="P0–P3 [reason]",
        line="make it worse or less bad, or confirm it",
        does=change_severity,
        also=("sev", "level", "priority"),
    ),
    Verb(
        word="role",
        usage="commander|scribe|comms [@person]",
        line="take a role, or give it",
        does=take_role,
        also=("roles", "assign", "lead"),
    ),
    Verb(
        word="page",
        usage="@person|policy [why]",
        line="call somebody to help, or whoever is on call by one of the pager's escalation policies",
        does=page,
        also=("call", "summon", "escalate"),
    ),
    Verb(
        word="note",
        usage="text",
        line="write a line on the timeline",
        does=note,
        takes_text=True,
        also=("timeline", "log"),
    ),
    Verb(
        word="check",
        usage="number [undo]",
        line="tick a line of the checklist",
        does=check,
        also=("tick", "checklist", "done"),
    ),
    Verb(
        word="update",
        usage="[text]",
        line="tell everybody what is known now",
        does=update,
        takes_text=True,
        also=("tell", "inform"),
    ),
    Verb(
        word="diagnose",
        usage="[step]",
        line="run the runbook's read-only diagnostics again",
        does=diagnose,
        also=("diag", "look", "diagnostics"),
    ),
    Verb(
        word="fix",
        usage="[step|procedure]",
        line="ask for a remediation, or for all changes of a procedure; a second person approves",
        does=fix,
        also=("remediate", "run", "mitigate"),
    ),
    Verb(
        word="evidence",
        usage=EVIDENCE,
        line="keep evidence: what would change a system is refused until the commander lifts that",
        does=evidence,
        also=("preserve",),
    ),
    Verb(
        word="freeze",
        usage="[reason]",
        line="stop everything: no remediation is asked for, approved or begun, in any incident",
        does=freeze,
        also=("halt",),
        of_an_incident=False,
    ),
    Verb(
        word="unfreeze",
        usage="[reason]",
        line="let remediations run again",
        does=unfreeze,
        also=("thaw",),
        of_an_incident=False,
    ),
    Verb(
        word="silence",
        usage=SILENCE,
        line="keep alerts quiet for a while, hear them again, or see what is silenced",
        does=silence,
        also=("mute", "silences", "quiet"),
        of_an_incident=False,
    ),
    Verb(
        word="procedure",
        usage="[name] | next | done note | skip reason | abort reason | rollback reason",
        line="go through one of the runbook's procedures step by step",
        does=procedure,
        also=("procedures", "steps", "walk", "runbook"),
    ),
    Verb(
        word="doctor",
        usage="[all]",
        line="what Muster can reach for this incident, what is off, and how to mend it",
        does=doctor,
        also=("health", "selftest", "targets"),
        of_an_incident=False,
    ),
    Verb(
        word="changes",
        usage="",
        line="what changed in the system in the 6 hours before it began, and since",
        does=changes,
        also=("change", "deploys", "deployments"),
    ),
    Verb(
        word="watches",
        usage="",
        line="the diagnostics that look by themselves: what each saw last, and what is beyond its threshold",
        does=watches,
        also=("watch", "thresholds"),
        of_an_incident=False,
    ),
    Verb(
        word="resolve",
        usage="[what fixed it]",
        line="it is over; the post-mortem is drafted",
        does=resolve,
        also=("close", "end", "resolved"),
    ),
    Verb(
        word="followup",
        usage="[number] [note]",
        line="say that a follow-up is done, such as reverting a mitigation by hand, or see which are left",
        does=follow_up,
        also=("follow-up", "followups", "follow-ups"),
    ),
    Verb(
        word="reopen",
        usage="[why]",
        line="it is back",
        does=reopen,
    ),
    Verb(
        word="postmortem",
        usage="[done]",
        line="draft the post-mortem as of now, or say that it is finished",
        does=postmortem,
        also=("post-mortem", "pm", "export", "retro"),
    ),
    Verb(word="help", usage="", line="this list", does=_help, also=("menu", "?"), of_an_incident=False),
)

_CALLED: Final = {"/incident", "incident", "muster", "@muster"}
"""What people write before the verb although it is said already."""
_WORDS: Final = {word: verb for verb in MENU for word in (verb.word, *verb.also)}


def find(word: str) -> Verb | None:
    """The line of the menu for a word or one of its synonyms, in any case; None for a word that is not on it."""
    return _WORDS.get(word.lower())


def nearest(word: str, *, inside: bool = False) -> str:
    """What was probably meant, as it is typed behind ``/incident``, or an empty text. ``inside``: of an incident."""
    if of_code(word) is not None and word[-1] in "0123":
        return f"{'severity' if inside else 'declare'} {word}"
    role = ROLE_WORDS.get(word.lower())
    if role is not None:
        return f"role {role.value}"
    if KEY.fullmatch(word) is not None:
        return f"show {word.upper()}"
    # Of a short word a slip leaves less; a longer one that is less alike is another word.
    close = difflib.get_close_matches(word.lower(), list(_WORDS), n=1, cutoff=0.7 if len(word) > 3 else 0.6)
    return _WORDS[close[0]].word if close else ""


async def ask(asked: Asked, *, ports: Ports) -> Answer:
    """Do what the first word of ``asked.words`` says. Outside an incident, the open ones are offered to choose from.

    Raises NoSuchIncident, NamesAnother, and whatever the function refuses.
    """
    word, rest = first_word(asked.words)
    while word.lower() in _CALLED:
        word, rest = first_word(rest)
    if not word:
        return Help()
    verb = find(word)
    if verb is None:
        return Help(unknown=word, nearest=nearest(word, inside=asked.about is not None))
    about = asked.about
    if verb.of_an_incident and not (about is not None and verb.takes_text):
        about, rest = await incident_named(asked, rest, ports)
    if verb.of_an_incident and about is None:
        incidents = await ports.store.open_incidents(limit=5)
        return Which(verb=verb.word, words=rest, incidents=incidents, now=asked.at)
    return await verb.does(Asked(by=asked.by, words=rest, cause=asked.cause, at=asked.at, about=about), ports=ports)
