"""What a person asked: who, in which words, about which incident, and the delivery that makes it happen only once."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from commands.answers import Form, FormWanted
from commands.ports import Ground
from incident import refusal
from incident.incident import Incident
from incident.responder import Actor, UserId, person
from incident.runbook import Procedure, Step

KEY: Final = re.compile(r"INC-([0-9]{1,9})", re.ASCII | re.IGNORECASE)
"""What an incident is called."""
_QUOTES: Final[Mapping[str, str]] = {'"': '"', "'": "'", "`": "`", "“": "”", "„": "“", "«": "»"}


class Asked(Struct, frozen=True, kw_only=True):
    """One command of one person. ``words`` is what follows the verb; ``cause`` is unique to its delivery."""

    by: UserId
    words: str
    cause: str
    at: datetime
    about: Incident | None = None
    terminal: Actor | None = None
    """Whoever gives it at Muster's own terminal, as far as that is known; ``by`` is empty then."""

    @property
    def actor(self) -> Actor:
        """Whoever gives it, as the timeline names them."""
        return self.terminal or person(self.by)

    @property
    def incident(self) -> Incident:
        """The incident that it is about. Raises NoSuchIncident when it was given outside of one."""
        if self.about is None:
            raise refusal.NoSuchIncident(asked=self.words)
        return self.about


async def incident_named(asked: Asked, words: str, ports: Ground) -> tuple[Incident | None, str]:
    """The incident that the first word names, as in ``INC-7``, and the words behind it; else the one it is asked in.

    Raises NoSuchIncident, NamesAnother.
    """
    head, rest = first_word(words)
    named = KEY.fullmatch(head)
    if named is None:
        return asked.about, words
    if asked.about is not None and asked.about.number != int(named[1]):
        raise refusal.NamesAnother(asked=head, number=asked.about.number)
    incident = await ports.store.incident_by_number(int(named[1]))
    if incident is None:
        raise refusal.NoSuchIncident(asked=head)
    return incident, rest


def ask_further(asked: Asked, form: Form) -> FormWanted:
    """The form for what a line of text cannot hold. Raises Ended: it is asked of an open incident only."""
    asked.incident.check_open()
    return FormWanted(form=form, incident=asked.incident)


def procedure_of(incident: Incident, ports: Ground) -> Procedure | None:
    """The runbook's procedure that an incident follows, if it follows one."""
    catalog = ports.runbooks.catalog(incident.system)
    return catalog.procedure(incident.procedure) if catalog else None


def first_word(words: str) -> tuple[str, str]:
    """The first word and the rest of it, whatever blanks or line ends stand between."""
    head, *rest = words.split(maxsplit=1) or [""]
    return head, rest[0].strip() if rest else ""


def unquoted(words: str) -> str:
    """The words without the quotes that stand around all of them, as one puts them around a name with blanks."""
    bare = words.strip()
    whole = len(bare) > 2 and _QUOTES.get(bare[0]) == bare[-1] and bare[-1] not in bare[1:-1]
    return bare[1:-1].strip() if whole else bare


def step_named(words: str, steps: Iterable[Step]) -> str:
    """The id of the step that is named by its id or title, in any case; the words themselves where none is."""
    wanted = unquoted(words)
    found = (each.id for each in steps if wanted.casefold() in (each.id.casefold(), each.title.casefold()))
    return next(found, wanted)


def mentioned(words: str) -> UserId | None:
    """The person named in a text as the chat writes it: ``<@U02ABC>`` or ``<@U02ABC|ana>``."""
    for word in words.split():
        if word.startswith("<@") and word.endswith(">"):
            return UserId(word[2:-1].split("|")[0])
    return None
